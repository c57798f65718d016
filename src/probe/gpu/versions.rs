//! Which version the library is of, and which the driver that is loaded. NVML itself tells neither when the two do not
//! go together.

use std::fs;
use std::path::Path;

/// Where distributions put the library.
const FOLDERS: [&str; 6] = [
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib/wsl/lib",
    "usr/lib",
    "lib64",
];
const UNKNOWN: &str = "of an unknown version";

/// Both, in words.
pub(super) fn both(library: Option<&Path>, root: &Path) -> String {
    let library = match library {
        Some(path) => of_file(path),
        None => FOLDERS.iter().find_map(|folder| of_file(&root.join(folder).join("libnvidia-ml.so.1"))),
    };
    let words = |version: Option<String>| version.unwrap_or_else(|| UNKNOWN.to_owned());
    format!("the library is {}, and the driver that is loaded {}", words(library), words(loaded(root)))
}

/// The library's file is named after its version; what it is loaded by is a link to it.
fn of_file(path: &Path) -> Option<String> {
    let file = fs::canonicalize(path).ok()?;
    let name = file.file_name()?.to_str()?;
    name.split_once(".so.").map(|(_, version)| version.to_owned()).filter(|version| is_version(version))
}

fn loaded(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join("proc/driver/nvidia/version"))
        .or_else(|_| fs::read_to_string(root.join("sys/module/nvidia/version")))
        .ok()?;
    text.lines().next()?.split_whitespace().find(|word| is_version(word)).map(str::to_owned)
}

/// `535.129.03`
fn is_version(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
