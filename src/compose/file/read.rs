//! From a tree to a canonical project: short and long syntaxes, types, and every key by its name.
//!
//! Readers complain and go on, so that all mistakes of a file are told at once.

mod command;
mod deploy;
mod mcp;
mod mounts;
mod networks;
mod ports;
mod scalars;
mod service;
mod top;

pub(super) use top::{Raw, project};

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

/// What readers need besides the tree.
pub(super) struct Context<'load> {
    pub directory: &'load Path,
    pub home: Option<&'load Path>,
    pub project: &'load str,
    pub warnings: RefCell<Vec<String>>,
}

impl Context<'_> {
    fn warn(&self, text: impl Into<String>) {
        let text = text.into();
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }

    /// An absolute path; `~` is the home directory. One that is absolute already stays as it is written.
    pub fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        let path = match (path.strip_prefix('~'), self.home) {
            (Some(""), Some(home)) => home.to_path_buf(),
            (Some(rest), Some(home)) if rest.starts_with('/') => home.join(&rest[1..]),
            _ => self.directory.join(path),
        };
        clean(&path).to_string_lossy().into_owned()
    }
}

/// The path without `.` and `..`, by its text alone, as Compose does it.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(component),
        }
    }
    clean
}
