//! From a tree to a canonical project: short and long syntaxes, types, and every key by its name.
//!
//! Readers complain and go on, so that all mistakes of a file are told at once.

mod build;
mod command;
mod deploy;
mod develop;
mod devices;
mod extension;
mod limits;
mod mcp;
mod mounts;
mod networks;
mod objects;
mod outside;
mod ports;
mod references;
mod scalars;
mod service;
mod top;

pub(super) use mounts::short as short_mount;
pub(super) use ports::short as short_ports;
pub(super) use top::{Raw, project};

use crate::domain::yaml::Reader;
use indexmap::IndexSet;
use std::cell::{Cell, RefCell};
use std::path::{Component, Path, PathBuf};

/// What readers need besides the tree.
pub(super) struct Context<'load> {
    /// For each file, what its relative paths start from.
    pub directories: &'load [PathBuf],
    pub home: Option<&'load Path>,
    pub project: &'load str,
    pub warnings: &'load RefCell<IndexSet<String>>,
    /// How many ports were read so far.
    pub ports: Cell<usize>,
}

impl Context<'_> {
    fn warn(&self, text: impl Into<String>) {
        self.warnings.borrow_mut().insert(text.into());
    }

    /// An absolute path; a relative one starts from the directory of the file in which it is written, and `~` is the
    /// home directory. One that is absolute already stays as it is written.
    pub fn absolute(&self, written: &Reader<'_>, path: &str) -> String {
        let directory = self.directories.get(written.node().at.file as usize);
        absolute(directory.map_or(Path::new("/"), PathBuf::as_path), self.home, path)
    }
}

/// The path from the root on, as [`Context::absolute`] makes it.
pub(super) fn absolute(directory: &Path, home: Option<&Path>, path: &str) -> String {
    if path.starts_with('/') || is_windows_absolute(path) {
        return path.to_owned();
    }
    let path = match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_path_buf(),
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(&rest[1..]),
        _ => directory.join(path),
    };
    clean(&path).to_string_lossy().into_owned()
}

/// `C:\x`, `C:/x`, `\\server\share`
fn is_windows_absolute(path: &str) -> bool {
    let mut characters = path.chars();
    let drive = characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.next() == Some(':');
    path.starts_with(r"\\") || drive && matches!(characters.next(), Some('/' | '\\'))
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

#[cfg(test)]
mod tests;
