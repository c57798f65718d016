//! `extends`: a service takes over what another one says, of the same file or of another.

use super::assemble::{Assembly, Scope};
use super::merge;
use super::read::absolute;
use super::substitute::substitute;
use crate::domain::yaml::{Complaint, Entry, Node, Position, Value};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Completes every service of the document that extends another.
pub(super) fn apply(assembly: &mut Assembly<'_>, document: &mut Node, scope: &Scope<'_>) {
    let path = assembly.files.path(document.at.file).to_path_buf();
    let Some(services) = document.get_mut("services") else { return };
    let Value::Mapping(entries) = &mut services.value else { return };
    if entries.iter().all(|entry| entry.node.get("extends").is_none()) {
        return;
    }
    let order: Vec<(String, Position)> = entries.iter().map(|entry| (entry.key.clone(), entry.at)).collect();
    let own = Services::new(path, std::mem::take(entries));
    let mut extender = Extender { assembly, scope, sets: vec![own] };
    let mut completed = Vec::with_capacity(order.len());
    for (key, at) in order {
        // What has grown too large already need not be read on.
        let node = if extender.assembly.is_full() { None } else { extender.complete(&key) };
        completed.extend(node.map(|node| Entry { key, at, node }));
    }
    *entries = completed;
}

/// The services of one file.
struct Services {
    path: PathBuf,
    written: HashMap<String, Node>,
    completed: HashMap<String, Node>,
}

impl Services {
    fn new(path: PathBuf, entries: Vec<Entry>) -> Self {
        let written = entries.into_iter().map(|entry| (entry.key, entry.node)).collect();
        Self { path, written, completed: HashMap::new() }
    }
}

/// What a service extends.
struct Reference {
    at: Position,
    file: Option<String>,
    service: String,
}

struct Extender<'run, 'load> {
    assembly: &'run mut Assembly<'load>,
    scope: &'run Scope<'run>,
    /// The document itself, then every file that its services extend.
    sets: Vec<Services>,
}

impl Extender<'_, '_> {
    /// A service of the document with everything that it inherits.
    fn complete(&mut self, name: &str) -> Option<Node> {
        let (chain, mut base) = self.ancestry(name);
        for (set, name) in chain.into_iter().rev() {
            let mut node = self.sets[set].written.get(&name)?.clone();
            if let Some(mut base) = base {
                remove(&mut base, "extends");
                remove(&mut node, "extends");
                merge::settle(&mut base);
                let mut complaints = Vec::new();
                node = merge::merge_service(&name, base, node, &mut complaints);
                for complaint in complaints {
                    self.assembly.complain(complaint);
                }
                if !self.assembly.charge(node.size(), node.at) {
                    return None;
                }
                self.sets[set].completed.insert(name, node.clone());
            }
            base = Some(node);
        }
        base
    }

    /// The services from `name` on to the one that extends nothing, or the completed one with which the way ends.
    fn ancestry(&mut self, name: &str) -> (Vec<(usize, String)>, Option<Node>) {
        let mut chain: Vec<(usize, String)> = Vec::new();
        let mut seen: HashSet<(PathBuf, String)> = HashSet::new();
        let (mut set, mut name) = (0, name.to_owned());
        loop {
            if let Some(done) = self.sets[set].completed.get(&name) {
                return (chain, Some(done.clone()));
            }
            let Some(node) = self.sets[set].written.get(&name) else { return (chain, None) };
            // Extending a service about which nothing is said takes nothing over.
            if node.value == Value::Null && !chain.is_empty() {
                return (chain, None);
            }
            let reference = reference(&name, node);
            seen.insert((self.sets[set].path.clone(), name.clone()));
            chain.push((set, name.clone()));
            let found = match reference {
                Ok(None) => return (chain, None),
                Ok(Some(reference)) => self
                    .follow(set, &name, &reference)
                    .map(|set| (set, reference))
                    .and_then(|(set, reference)| {
                        let step = (self.sets[set].path.clone(), reference.service.clone());
                        if seen.contains(&step) {
                            let way: Vec<&str> = chain.iter().map(|(_, name)| name.as_str()).collect();
                            let text = format!(
                                "the services extend each other: {} → {}",
                                way.join(" → "),
                                reference.service
                            );
                            return Err(complaint(reference.at, &name, text));
                        }
                        Ok((set, reference.service))
                    }),
                Err(complaint) => Err(complaint),
            };
            match found {
                Ok(next) => (set, name) = next,
                Err(complaint) => {
                    self.assembly.complain(complaint);
                    // Told once, here; the readers shall not stumble over it again.
                    let set = &mut self.sets[set];
                    if let Some(node) = set.written.get_mut(&name) {
                        remove(node, "extends");
                    }
                    return (chain, None);
                }
            }
        }
    }

    /// The set of services in which the reference is looked up.
    fn follow(&mut self, set: usize, name: &str, reference: &Reference) -> Result<usize, Complaint> {
        let target = match &reference.file {
            None => set,
            Some(file) => self.open(name, file, reference.at)?,
        };
        let known = &self.sets[target].written;
        if known.contains_key(&reference.service) {
            return Ok(target);
        }
        let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
        names.sort_unstable();
        let place =
            if target == set { String::new() } else { format!(" in {}", self.sets[target].path.display()) };
        let expected = match names.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("expected one of {}", names.join(", ")),
        };
        let text = format!("there is no service `{}`{place} to extend; {expected}", reference.service);
        Err(complaint(reference.at, name, text))
    }

    /// The services of another file, interpolated; what it extends itself is not followed yet.
    fn open(&mut self, name: &str, file: &str, at: Position) -> Result<usize, Complaint> {
        if is_remote(file) {
            let text = format!("`{file}` is not on this host; copy the file here and name its path");
            return Err(complaint(at, name, text));
        }
        let directory = self.assembly.files.directory(at.file);
        let path = PathBuf::from(absolute(directory, self.assembly.home, file));
        // The document itself comes first; a way back to it by its file's name is found through its copy.
        if let Some(known) = self.sets.iter().skip(1).position(|set| set.path == path) {
            return Ok(known + 1);
        }
        if !path.is_file() {
            return Err(complaint(at, name, format!("there is no file {}", path.display())));
        }
        let parent = path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut complaints = Vec::new();
        let mut tree: Option<Node> = None;
        for mut document in self.assembly.open(&path, &parent) {
            substitute(self.assembly, &mut document, self.scope.variables);
            tree = Some(match tree.take() {
                None => document,
                Some(base) => merge::merge(base, document, &mut complaints),
            });
        }
        for complaint in complaints {
            self.assembly.complain(complaint);
        }
        let services = tree.and_then(|mut tree| tree.get_mut("services").map(std::mem::take));
        let entries = match services.map(|services| services.value) {
            Some(Value::Mapping(entries)) => entries,
            None
            | Some(
                Value::Null
                | Value::Bool(_)
                | Value::Integer(..)
                | Value::Float(..)
                | Value::Text(_)
                | Value::Sequence(_),
            ) => Vec::new(),
        };
        self.sets.push(Services::new(path, entries));
        Ok(self.sets.len() - 1)
    }
}

fn complaint(at: Position, service: &str, text: String) -> Complaint {
    Complaint { at, path: format!("services.{service}.extends"), text }
}

fn reference(service: &str, node: &Node) -> Result<Option<Reference>, Complaint> {
    let Some(extends) = node.get("extends") else { return Ok(None) };
    if extends.tag.as_deref() == Some("!reset") {
        return Ok(None);
    }
    let text = |key: &str| match extends.get(key).map(|node| (&node.value, node)) {
        None => Ok(None),
        Some((Value::Text(text), _)) => Ok(Some(text.clone())),
        Some((other, node)) => {
            Err(complaint(node.at, service, format!("expected text under `{key}`, found {}", other.kind())))
        }
    };
    let (file, name) = match &extends.value {
        Value::Text(name) => (None, Some(name.clone())),
        Value::Mapping(_) => (text("file")?, text("service")?),
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Sequence(_) => {
            (None, None)
        }
    };
    let Some(name) = name else {
        let text = format!("expected the service to extend, found {}", extends.value.kind());
        return Err(complaint(extends.at, service, text));
    };
    let at = extends.get("file").or_else(|| extends.get("service")).map_or(extends.at, |node| node.at);
    Ok(Some(Reference { at, file, service: name }))
}

fn remove(node: &mut Node, key: &str) {
    if let Value::Mapping(entries) = &mut node.value {
        entries.retain(|entry| entry.key != key);
    }
}

/// What compose would fetch from elsewhere.
pub(super) fn is_remote(path: &str) -> bool {
    ["http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://"]
        .iter()
        .any(|start| path.starts_with(start))
}

#[cfg(test)]
mod tests;
