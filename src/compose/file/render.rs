//! The project as `docker compose config` prints it: canonical form, nothing that no service uses, `$` as `$$`.

mod tree;
mod yaml;

use super::project::{FileObject, Network, Project, Volume};
use super::service::{MountKind, Service};
use crate::domain::yaml::{Node, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
pub use tree::Tree;

/// Indented JSON with Go's escapes.
pub fn json(project: &Project) -> Result<String, serde_json::Error> {
    Ok(go_escaped(&serde_json::to_string_pretty(&Used::of(project))?).replace('$', "$$"))
}

/// YAML in the order of the specification; what is empty and what no service says is left out.
pub fn yaml(project: &Project) -> Result<String, serde_json::Error> {
    let used = Used::of(project);
    let mut services = Tree::of(&used.services)?;
    for (name, service) in &project.services {
        if let Some(tree) = services.get_mut(name) {
            // JSON has these even where nothing is said, and never the extensions.
            tree.remove_null("command");
            tree.remove_null("entrypoint");
            if let Some(deploy) = tree.get_mut("deploy") {
                deploy.remove_empty("resources");
                deploy.remove_empty("placement");
            }
            let triggers = tree.get_mut("develop").and_then(|develop| develop.get_mut("watch"));
            for trigger in triggers.into_iter().flat_map(Tree::items_mut) {
                if let Some(exec) = trigger.get_mut("exec") {
                    exec.remove_null("command");
                }
                trigger.remove_empty("exec");
            }
            for (key, value) in &service.extensions {
                tree.insert(key, Tree::of(value)?);
            }
        }
    }
    let mut networks = Tree::of(&used.networks)?;
    networks.values_mut().for_each(|network| network.remove_empty("ipam"));
    let mut root = Tree::default();
    root.insert("name", Tree::Text(project.name.clone()));
    root.insert("services", services);
    root.insert("networks", networks);
    root.insert("volumes", Tree::of(&used.volumes)?);
    root.insert("secrets", Tree::of(&used.secrets)?);
    root.insert("configs", Tree::of(&used.configs)?);
    for section in ["networks", "volumes", "secrets", "configs"] {
        root.remove_empty(section);
    }
    for (key, value) in &project.extensions {
        root.insert(key, Tree::of(value)?);
    }
    Ok(yaml::write(&root).replace('$', "$$"))
}

/// A tree that is not yet a project, as it is written; the project's name comes first.
pub fn tree_json(name: &str, tree: &Node) -> Result<String, serde_json::Error> {
    Ok(go_escaped(&serde_json::to_string_pretty(&named(name, tree))?))
}

/// The same as YAML.
pub fn tree_yaml(name: &str, tree: &Node) -> String {
    yaml::write(&named(name, tree))
}

fn named(name: &str, tree: &Node) -> Tree {
    let mut root = Tree::default();
    root.insert("name", Tree::Text(name.to_owned()));
    if let Value::Mapping(entries) = &tree.value {
        for entry in entries.iter().filter(|entry| entry.key != "name") {
            root.insert(&entry.key, written(&entry.node));
        }
    }
    root
}

fn written(node: &Node) -> Tree {
    match &node.value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(*value),
        Value::Integer(value, _) => Tree::Integer(*value),
        Value::Float(value, _) => Tree::Float(*value),
        Value::Text(text) => Tree::Text(text.clone()),
        Value::Sequence(items) => Tree::List(items.iter().map(written).collect()),
        Value::Mapping(entries) => {
            Tree::Map(entries.iter().map(|entry| (entry.key.clone(), written(&entry.node))).collect())
        }
    }
}

/// Go's JSON writes these characters as escapes.
pub fn go_escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text
}

/// The project without the top-level things that no active service names.
struct Used<'project> {
    name: &'project str,
    services: &'project BTreeMap<String, Service>,
    networks: BTreeMap<&'project str, &'project Network>,
    volumes: BTreeMap<&'project str, &'project Volume>,
    secrets: BTreeMap<&'project str, &'project FileObject>,
    configs: BTreeMap<&'project str, &'project FileObject>,
    extensions: &'project BTreeMap<String, serde_json::Value>,
}

impl<'project> Used<'project> {
    fn of(project: &'project Project) -> Self {
        let services = || project.services.values();
        let mounts = services().flat_map(|service| &service.volumes);
        let named = mounts.filter(|mount| mount.kind == MountKind::Volume);
        let builds = services().filter_map(|service| service.build.as_ref());
        let build_secrets = builds.flat_map(|build| &build.secrets);
        let secrets = services().flat_map(|service| &service.secrets).chain(build_secrets);
        let configs = services().flat_map(|service| &service.configs);
        Self {
            name: &project.name,
            services: &project.services,
            networks: only(&project.networks, services().flat_map(|service| service.networks.keys())),
            volumes: only(&project.volumes, named.map(|mount| &mount.source)),
            secrets: only(&project.secrets, secrets.map(|secret| &secret.source)),
            configs: only(&project.configs, configs.map(|config| &config.source)),
            extensions: &project.extensions,
        }
    }
}

fn only<'project, T>(
    all: &'project BTreeMap<String, T>,
    used: impl Iterator<Item = &'project String>,
) -> BTreeMap<&'project str, &'project T> {
    let used: BTreeSet<&String> = used.collect();
    all.iter().filter(|(key, _)| used.contains(key)).map(|(key, value)| (key.as_str(), value)).collect()
}

impl Serialize for Used<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        // The keys stand in alphabetical order.
        if !self.configs.is_empty() {
            map.serialize_entry("configs", &self.configs)?;
        }
        map.serialize_entry("name", self.name)?;
        if !self.networks.is_empty() {
            map.serialize_entry("networks", &self.networks)?;
        }
        if !self.secrets.is_empty() {
            map.serialize_entry("secrets", &self.secrets)?;
        }
        map.serialize_entry("services", self.services)?;
        if !self.volumes.is_empty() {
            map.serialize_entry("volumes", &self.volumes)?;
        }
        for (key, value) in self.extensions {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
