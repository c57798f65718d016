//! Finds the file and the line for a key path.

use crate::domain::yaml::{Complaint, Node, Position, Value};
use crate::domain::{Fault, FaultKind};
use std::path::{Path, PathBuf};

/// The files as they were parsed, in their order.
pub struct Sources {
    pub files: Vec<(PathBuf, Vec<Node>)>,
}

impl Sources {
    /// A mistake that only the whole project shows, at the last place where its path stands.
    pub fn fault(&self, path: &str, text: &str) -> Fault {
        let (file, at) = self.place(path);
        let shown = file.map(|file| file.display().to_string()).unwrap_or_default();
        Complaint { at, path: path.to_owned(), text: text.to_owned() }.to_fault("read", &shown)
    }

    /// A complaint about the merged tree: its position is right, its file has to be found.
    pub fn relocate(&self, complaint: &Complaint) -> Fault {
        let holds = |node: &Node| position(node, "", &complaint.path) == Some(complaint.at);
        let owner = self.files.iter().rev().find(|(_, documents)| documents.iter().any(holds));
        match owner {
            Some((file, _)) => complaint.to_fault("read", &file.display()),
            None => self.fault(&complaint.path, &complaint.text),
        }
    }

    fn place(&self, path: &str) -> (Option<&Path>, Position) {
        let mut path = path;
        loop {
            for (file, documents) in self.files.iter().rev() {
                let found = documents.iter().rev().find_map(|node| position(node, "", path));
                if let Some(at) = found {
                    return (Some(file), at);
                }
            }
            match path.rsplit_once(['.', '[']) {
                Some((parent, _)) => path = parent,
                None => {
                    return (self.files.first().map(|(file, _)| file.as_path()), Position::new(1, 1));
                }
            }
        }
    }
}

/// Where the node of a key path stands. Keys may hold dots, so every key that fits is tried.
fn position(node: &Node, here: &str, path: &str) -> Option<Position> {
    if here == path {
        return Some(node.at);
    }
    match &node.value {
        Value::Mapping(entries) => entries.iter().find_map(|entry| {
            let child = if here.is_empty() { entry.key.clone() } else { format!("{here}.{}", entry.key) };
            leads_to(&child, path).then(|| position(&entry.node, &child, path)).flatten()
        }),
        Value::Sequence(items) => items.iter().enumerate().find_map(|(index, item)| {
            let child = format!("{here}[{index}]");
            leads_to(&child, path).then(|| position(item, &child, path)).flatten()
        }),
        _ => None,
    }
}

fn leads_to(child: &str, path: &str) -> bool {
    path.strip_prefix(child).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A mistake that has no place in a file.
pub fn invalid(object: &str, text: impl Into<String>, hint: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "read project", object).because(text).hint(hint)
}
