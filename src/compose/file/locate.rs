//! The files of a project: which they are, where their relative paths start, and where in them a key path stands.

use crate::domain::yaml::{Complaint, Node, Position, Value};
use crate::domain::{Fault, FaultKind};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every file that was read, in the order of reading. A position's `file` counts in it.
#[derive(Default)]
pub struct Files {
    paths: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    /// Files of variables that were read beside them.
    pub variables: Vec<PathBuf>,
}

impl Files {
    /// Takes a file in; its relative paths start from `directory`.
    pub fn add(&mut self, path: &Path, directory: &Path) -> u32 {
        self.paths.push(path.to_path_buf());
        self.directories.push(directory.to_path_buf());
        u32::try_from(self.paths.len() - 1).unwrap_or(u32::MAX)
    }

    pub fn len(&self) -> usize {
        self.paths.len()
    }

    pub fn path(&self, file: u32) -> &Path {
        self.paths.get(file as usize).map_or(Path::new(""), PathBuf::as_path)
    }

    pub fn directory(&self, file: u32) -> &Path {
        self.directories.get(file as usize).map_or(Path::new("/"), PathBuf::as_path)
    }

    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Every file that was read, whatever is in it.
    pub fn all(&self) -> BTreeSet<PathBuf> {
        self.paths.iter().chain(&self.variables).cloned().collect()
    }

    pub fn fault(&self, complaint: &Complaint) -> Fault {
        complaint.to_fault("read", &self.path(complaint.at.file).display())
    }
}

/// The whole tree of a project and the files from which its values came.
pub struct Sources {
    files: Files,
    tree: Node,
    places: OnceCell<HashMap<String, Position>>,
}

impl Sources {
    pub fn new(files: Files, tree: Node) -> Self {
        Self { files, tree, places: OnceCell::new() }
    }

    /// A mistake that only the whole project shows, at the place of its key path or of what that is a part of.
    pub fn fault(&self, path: &str, text: &str) -> Fault {
        let complaint = Complaint { at: self.place(path), path: path.to_owned(), text: text.to_owned() };
        self.files.fault(&complaint)
    }

    fn place(&self, path: &str) -> Position {
        let places = self.places.get_or_init(|| {
            let mut places = HashMap::new();
            collect(&self.tree, &mut String::new(), &mut places);
            places
        });
        let mut path = path;
        loop {
            if let Some(at) = places.get(path) {
                return *at;
            }
            match path.rsplit_once(['.', '[']) {
                Some((parent, _)) => path = parent,
                None => return Position::new(1, 1),
            }
        }
    }
}

fn collect(node: &Node, path: &mut String, places: &mut HashMap<String, Position>) {
    places.insert(path.clone(), node.at);
    let length = path.len();
    match &node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&entry.key);
                collect(&entry.node, path, places);
                path.truncate(length);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                let _ = write!(path, "[{index}]");
                collect(item, path, places);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
    }
}

/// A mistake that has no place in a file.
pub fn invalid(object: &str, text: impl Into<String>, hint: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "read project", object).because(text).hint(hint)
}
