//! `include`: other projects' files, each read with its own directory and `.env`, become part of this one.

use super::assemble::{Assembly, Scope};
use super::environment;
use super::extends::is_remote;
use super::read::absolute;
use crate::domain::yaml::{Complaint, Entry, Node, Position, Value};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

const SECTIONS: [&str; 6] = ["services", "networks", "volumes", "secrets", "configs", "models"];

/// Keys under which paths stand: what is written alike in two directories then means two things.
const PATHS: [&str; 7] = ["build", "credential_spec", "develop", "env_file", "file", "label_file", "volumes"];

/// Includes deeper than anybody nests them.
const DEEPEST: usize = 32;

/// Reads what the document includes and takes it over.
pub(super) fn apply(assembly: &mut Assembly<'_>, document: &mut Node, scope: &Scope<'_>) {
    let Value::Mapping(entries) = &mut document.value else { return };
    let Some(index) = entries.iter().position(|entry| entry.key == "include") else { return };
    let include = entries.remove(index).node;
    let items = match include.value {
        Value::Sequence(items) => items,
        Value::Null => Vec::new(),
        other => {
            let text = format!("expected a list of files, found {}", other.kind());
            assembly.complain(complaint(include.at, "include", text));
            return;
        }
    };
    for (index, item) in items.iter().enumerate() {
        let path = format!("include[{index}]");
        let included = Inclusion::of(assembly, item, &path);
        match included.and_then(|inclusion| inclusion.read(assembly, scope)) {
            Ok(Some(tree)) => take_over(assembly, document, tree),
            Ok(None) => {}
            Err(complaint) => assembly.complain(complaint),
        }
    }
}

fn complaint(at: Position, path: &str, text: String) -> Complaint {
    Complaint { at, path: path.to_owned(), text }
}

/// One item of the list, its paths absolute.
struct Inclusion {
    at: Position,
    /// The item's key path.
    path: String,
    files: Vec<PathBuf>,
    directory: PathBuf,
    env_files: Vec<PathBuf>,
}

impl Inclusion {
    fn of(assembly: &Assembly<'_>, item: &Node, path: &str) -> Result<Self, Complaint> {
        let start = assembly.files.directory(item.at.file);
        let local = |text: &String| PathBuf::from(absolute(start, assembly.home, text));
        let files = match &item.value {
            Value::Text(file) => vec![file.clone()],
            Value::Mapping(_) => texts(item, "path", path)?,
            other => {
                let text = format!("expected a path or a mapping with `path`, found {}", other.kind());
                return Err(complaint(item.at, path, text));
            }
        };
        if let Some(remote) = files.iter().find(|file| is_remote(file)) {
            let text = format!("`{remote}` is not on this host; copy the files here and name their path");
            return Err(complaint(item.at, path, text));
        }
        let files: Vec<PathBuf> = files.iter().map(local).collect();
        let directory = texts(item, "project_directory", path)?.first().map(local);
        let beside = || files.first().and_then(|file| file.parent()).unwrap_or(start).to_path_buf();
        let directory = directory.unwrap_or_else(beside);
        let mut env_files: Vec<PathBuf> = texts(item, "env_file", path)?.iter().map(local).collect();
        if let Some(missing) = env_files.iter().find(|file| !file.exists()) {
            let text = format!("there is no file {}", missing.display());
            return Err(complaint(item.at, &format!("{path}.env_file"), text));
        }
        let usual = directory.join(".env");
        if env_files.is_empty() && usual.is_file() {
            env_files.push(usual);
        }
        env_files.retain(|file| file != Path::new("/dev/null"));
        Ok(Self { at: item.at, path: path.to_owned(), files, directory, env_files })
    }

    /// The files as one tree, or nothing where none is named.
    fn read(self, assembly: &mut Assembly<'_>, scope: &Scope<'_>) -> Result<Option<Node>, Complaint> {
        if let Some(file) = self.files.iter().find(|file| scope.trail.contains(file)) {
            let mut way: Vec<String> = scope.trail.iter().map(|file| file.display().to_string()).collect();
            way.push(file.display().to_string());
            let text = format!("the files include each other: {}", way.join(" → "));
            return Err(complaint(self.at, &self.path, text));
        }
        if scope.trail.len() >= DEEPEST {
            let text = format!("files are included more than {DEEPEST} deep");
            return Err(complaint(self.at, &self.path, text));
        }
        assembly.files.variables.extend(self.env_files.iter().cloned());
        let variables = match environment::extended(scope.variables, &self.env_files) {
            Ok(variables) => variables,
            Err(faults) => {
                for fault in faults {
                    assembly.fail(fault);
                }
                return Ok(None);
            }
        };
        let mut documents = Vec::new();
        for file in &self.files {
            if !file.is_file() {
                let text = format!("there is no file {}", file.display());
                return Err(complaint(self.at, &self.path, text));
            }
            documents.extend(assembly.open(file, &self.directory));
        }
        let trail: Vec<PathBuf> = scope.trail.iter().chain(&self.files).cloned().collect();
        let scope = Scope { variables: &variables, trail: &trail };
        let mut tree = assembly.assemble(documents, &scope);
        assembly.check(&tree);
        settle_environments(&mut tree, &variables);
        Ok(Some(tree))
    }
}

/// One text or several.
fn texts(item: &Node, key: &str, path: &str) -> Result<Vec<String>, Complaint> {
    let Some(node) = item.get(key) else { return Ok(Vec::new()) };
    let one = |node: &Node| match &node.value {
        Value::Text(text) => Ok(text.clone()),
        other => {
            let text = format!("expected a path, found {}", other.kind());
            Err(complaint(node.at, &format!("{path}.{key}"), text))
        }
    };
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::Sequence(items) => items.iter().map(one).collect(),
        Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) | Value::Mapping(_) => {
            Ok(vec![one(node)?])
        }
    }
}

/// Gives variables without a value that of the included project: outside of it they would mean something else.
fn settle_environments(tree: &mut Node, variables: &BTreeMap<String, String>) {
    let Some(services) = tree.get_mut("services") else { return };
    let Value::Mapping(services) = &mut services.value else { return };
    let environments = services.iter_mut().filter_map(|service| service.node.get_mut("environment"));
    for environment in environments {
        match &mut environment.value {
            Value::Mapping(entries) => {
                for Entry { key, node, .. } in entries {
                    if let (Value::Null, Some(value)) = (&node.value, variables.get(key)) {
                        node.value = Value::Text(value.clone());
                    }
                }
            }
            Value::Sequence(items) => {
                for item in items {
                    if let Value::Text(text) = &mut item.value
                        && !text.contains('=')
                        && let Some(value) = variables.get(text)
                    {
                        *text = format!("{text}={value}");
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
        }
    }
}

/// Adds what was included to the document; what both have must be the same.
fn take_over(assembly: &mut Assembly<'_>, document: &mut Node, included: Node) {
    let Value::Mapping(sections) = included.value else { return };
    for section in sections.into_iter().filter(|section| SECTIONS.contains(&section.key.as_str())) {
        let Value::Mapping(entries) = section.node.value else { continue };
        let Value::Mapping(known) = &mut document.value else { return };
        let Some(index) =
            known.iter().position(|entry| entry.key == section.key && entry.node.value != Value::Null)
        else {
            known.retain(|entry| entry.key != section.key);
            let node = Node { at: section.node.at, tag: None, value: Value::Mapping(entries) };
            known.push(Entry { key: section.key, at: section.at, node });
            continue;
        };
        let Value::Mapping(known) = &mut known[index].node.value else { continue };
        let places: HashMap<String, usize> =
            known.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
        for entry in entries {
            match places.get(&entry.key).map(|index| &known[*index]) {
                None => known.push(entry),
                Some(other) if means_the_same(assembly, &other.node, &entry.node) => {}
                Some(other) => {
                    let at = entry.node.at;
                    let text = format!(
                        "it is declared by {} too, which is included (line {}); give one of them another name",
                        assembly.files.path(at.file).display(),
                        at.line
                    );
                    assembly.complain(complaint(other.at, &format!("{}.{}", section.key, entry.key), text));
                }
            }
        }
    }
}

fn means_the_same(assembly: &Assembly<'_>, one: &Node, other: &Node) -> bool {
    let directory = |node: &Node| assembly.files.directory(node.at.file).to_path_buf();
    let pathless = || PATHS.iter().all(|key| one.get(key).is_none());
    same(one, other) && (directory(one) == directory(other) || pathless())
}

/// Whether two trees say the same, wherever they say it and in whatever order of keys.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Mapping(left), Value::Mapping(right)) => {
            let nodes: HashMap<&str, &Node> =
                right.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect();
            left.len() == right.len()
                && left
                    .iter()
                    .all(|entry| nodes.get(entry.key.as_str()).is_some_and(|node| same(&entry.node, node)))
        }
        (Value::Sequence(left), Value::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests;
