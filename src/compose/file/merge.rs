//! Several files become one: mappings by key, lists appended or replaced as Compose does it.
//!
//! Values under `!reset` and `!override` keep their tags until [`settle`] takes them off, because a document's tags hold
//! for what its services extend as well as for the documents before it.

mod forms;

use crate::domain::yaml::{Complaint, Entry, Node, Value};
use forms::{Names, append, as_list, by_key, named, pairs, union};
use std::collections::HashMap;

/// Merges `over` onto `base`. What cannot be merged is complained about, and then `over` stands.
pub fn merge(base: Node, over: Node, complaints: &mut Vec<Complaint>) -> Node {
    Merger { path: Vec::new(), complaints }.merge(base, over)
}

/// Merges a service onto the one that it extends.
pub fn merge_service(name: &str, base: Node, over: Node, complaints: &mut Vec<Complaint>) -> Node {
    Merger { path: vec!["services".to_owned(), name.to_owned()], complaints }.merge(base, over)
}

/// Takes `!reset` values out of the tree and `!override` tags off it.
pub fn settle(node: &mut Node) {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.retain(|entry| !is_reset(&entry.node));
            for entry in entries {
                settle(&mut entry.node);
            }
        }
        Value::Sequence(items) => {
            items.retain(|item| !is_reset(item));
            for item in items {
                settle(item);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
    }
    node.tag = None;
}

fn is_reset(node: &Node) -> bool {
    node.tag.as_deref() == Some("!reset")
}

/// What happens where two files give one key.
#[derive(Clone, Copy)]
enum Rule {
    Replace,
    /// One value or a list of them; the later ones are added.
    Append,
    /// A mapping or a list of `key=value`.
    ByKey,
    /// `all`, or a list of requests.
    Requests,
    /// A list of names or a mapping from them.
    ByName(Names),
    /// A mapping or a list of `host:address`; all addresses are kept.
    Hosts,
    /// A list of mappings that are told apart by one of their keys; those of the later file are all there are.
    ByField(&'static str),
    /// A short form that stands for one key of the long one.
    Short(&'static str),
    /// One number, or a mapping.
    Ulimit,
    Logging,
    Plain,
}

fn rule(path: &[String]) -> Rule {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    match keys.as_slice() {
        ["services", _, rest @ ..] => service_rule(rest),
        ["networks" | "volumes" | "secrets" | "configs", _, "labels"] => Rule::ByKey,
        ["networks", _, "ipam", "config"] => Rule::ByField("subnet"),
        _ => Rule::Plain,
    }
}

fn service_rule(path: &[&str]) -> Rule {
    match path {
        ["command" | "entrypoint"] | ["healthcheck", "test"] => Rule::Replace,
        ["dns" | "dns_opt" | "dns_search" | "tmpfs" | "env_file" | "label_file"] => Rule::Append,
        ["environment" | "labels" | "sysctls" | "annotations"]
        | ["build", "args" | "labels" | "additional_contexts"]
        | ["deploy", "labels"] => Rule::ByKey,
        ["extra_hosts"] | ["build", "extra_hosts"] => Rule::Hosts,
        ["depends_on"] => Rule::ByName(Names::Dependency),
        ["networks" | "models"] => Rule::ByName(Names::Plain),
        ["build"] => Rule::Short("context"),
        ["extends"] => Rule::Short("service"),
        ["ulimits", _] => Rule::Ulimit,
        ["logging"] => Rule::Logging,
        ["gpus"] => Rule::Requests,
        _ => Rule::Plain,
    }
}

struct Merger<'run> {
    path: Vec<String>,
    complaints: &'run mut Vec<Complaint>,
}

impl Merger<'_> {
    fn merge(&mut self, base: Node, over: Node) -> Node {
        let rule = rule(&self.path);
        if matches!(over.tag.as_deref(), Some("!override" | "!reset")) || is_reset(&base) {
            return over;
        }
        match (&base.value, &over.value, rule) {
            (_, _, Rule::Replace) | (Value::Null, _, _) => return over,
            (_, Value::Null, _) => return base,
            _ => {}
        }
        match rule {
            Rule::Replace => over,
            Rule::Append => append(as_list(base), as_list(over)),
            Rule::Requests => append(as_list(long(base, "count")), as_list(long(over, "count"))),
            Rule::Hosts => union(base, over),
            Rule::ByKey => {
                let written_as_list = matches!(base.value, Value::Sequence(_));
                match (pairs(base), pairs(over)) {
                    (Ok(base), Ok(over)) => by_key(base, over, written_as_list),
                    (_, Err(over)) => self.mismatch(over, "a mapping or a list of KEY=VALUE"),
                    (Err(_), Ok(over)) => over,
                }
            }
            Rule::ByName(names) => self.plain(named(base, names), named(over, names)),
            Rule::ByField(field) => self.by_field(field, base, over),
            Rule::Short(key) => self.plain(long(base, key), long(over, key)),
            Rule::Ulimit => match (&base.value, &over.value) {
                (Value::Mapping(_), Value::Mapping(_)) => self.plain(base, over),
                _ => over,
            },
            Rule::Logging => {
                let driver = |node: &Node| node.get("driver").and_then(Node::text).map(str::to_owned);
                match (driver(&base), driver(&over)) {
                    (Some(old), Some(new)) if old != new => over,
                    _ => self.plain(base, over),
                }
            }
            Rule::Plain => self.plain(base, over),
        }
    }

    fn plain(&mut self, base: Node, over: Node) -> Node {
        let at = over.at;
        match (base.value, over.value) {
            (Value::Mapping(entries), Value::Mapping(more)) => {
                Node { at, tag: None, value: Value::Mapping(self.mappings(entries, more)) }
            }
            (Value::Sequence(mut items), Value::Sequence(more)) => {
                items.extend(more);
                Node { at, tag: None, value: Value::Sequence(items) }
            }
            (base @ (Value::Mapping(_) | Value::Sequence(_)), value)
                if !self.path.iter().any(|key| key.starts_with("x-")) =>
            {
                let expected = format!("{}, as in the file before", base.kind());
                self.mismatch(Node { at, tag: over.tag, value }, &expected)
            }
            (_, value) => Node { at, tag: over.tag, value },
        }
    }

    fn mappings(&mut self, mut entries: Vec<Entry>, more: Vec<Entry>) -> Vec<Entry> {
        let places: HashMap<String, usize> =
            entries.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
        for entry in more {
            if let Some(known) = places.get(&entry.key).and_then(|index| entries.get_mut(*index)) {
                self.path.push(entry.key);
                known.node = self.merge(std::mem::take(&mut known.node), entry.node);
                known.at = entry.at;
                self.path.pop();
            } else {
                entries.push(entry);
            }
        }
        entries
    }

    /// Items with the same value under `field` are one.
    fn by_field(&mut self, field: &str, base: Node, over: Node) -> Node {
        let at = over.at;
        match (base.value, over.value) {
            (Value::Sequence(items), Value::Sequence(more)) => {
                let mut known: HashMap<String, Node> = HashMap::new();
                for item in items {
                    if let Some(name) = item.get(field).and_then(Node::text) {
                        known.insert(name.to_owned(), item);
                    }
                }
                let merged = more.into_iter().map(|item| {
                    match item.get(field).and_then(Node::text).and_then(|name| known.remove(name)) {
                        Some(base) => self.plain(base, item),
                        None => item,
                    }
                });
                Node { at, tag: None, value: Value::Sequence(merged.collect()) }
            }
            (base, value) => self.plain(Node { at, tag: None, value: base }, Node { at, tag: None, value }),
        }
    }

    fn mismatch(&mut self, over: Node, expected: &str) -> Node {
        let text = format!("expected {expected}, found {}", over.value.kind());
        self.complaints.push(Complaint { at: over.at, path: self.path.join("."), text });
        over
    }
}

/// A text as the mapping that it is short for.
fn long(node: Node, key: &str) -> Node {
    if !matches!(node.value, Value::Text(_)) {
        return node;
    }
    let at = node.at;
    let entries = vec![Entry { key: key.to_owned(), at, node }];
    Node { at, tag: None, value: Value::Mapping(entries) }
}

#[cfg(test)]
mod tests;
