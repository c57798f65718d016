//! The files that are checked.

use std::fs;
use std::path::Path;

pub struct SourceFile {
    /// From the package's root, with `/`.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    /// The room it belongs to: `src/view.rs` and all below `src/view/`.
    pub fn room(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        let name = below.split('/').next()?.trim_end_matches(".rs");
        super::table::is_room(name).then_some(name)
    }

    /// Its module path: `src/view/panes/logs.rs` is `[view, panes, logs]`.
    pub fn module(&self) -> Vec<String> {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        if below == "lib" || below == "main" {
            return Vec::new();
        }
        below.split('/').map(str::to_owned).collect()
    }

    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.ends_with("_tests.rs")
    }
}

pub fn sources() -> Vec<SourceFile> {
    rust_files("src")
}

pub fn tests() -> Vec<SourceFile> {
    rust_files("tests")
}

fn rust_files(folder: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the package") {
            let path = entry.expect("a directory entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative =
                    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                files.push(SourceFile {
                    path: relative,
                    text: fs::read_to_string(&path).expect("UTF-8 source"),
                });
            }
        }
    }
    assert!(!files.is_empty(), "no Rust files under {folder}");
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}
