//! The two forms in which many keys may be written, brought into the one in which they can be merged.

use crate::domain::yaml::{Entry, Node, Value};
use std::collections::{HashMap, HashSet};

/// What stands behind a name of a list in the long form.
#[derive(Clone, Copy)]
pub enum Names {
    Dependency,
    Plain,
}

pub fn as_list(node: Node) -> Node {
    if let Value::Sequence(_) = node.value {
        return node;
    }
    Node { at: node.at, tag: None, value: Value::Sequence(vec![node]) }
}

pub fn append(base: Node, over: Node) -> Node {
    let at = over.at;
    let mut items: Vec<Node> = Vec::new();
    for node in [base, over] {
        if let Value::Sequence(more) = node.value {
            items.extend(more);
        }
    }
    Node { at, tag: None, value: Value::Sequence(items) }
}

/// `key=value` items as a mapping; a mapping stays. Anything else comes back as it is.
pub fn pairs(node: Node) -> Result<Node, Node> {
    let at = node.at;
    let items = match node.value {
        Value::Mapping(_) => return Ok(node),
        Value::Sequence(items) => items,
        _ => return Err(node),
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    for item in items {
        let Value::Text(text) = &item.value else { return Err(item) };
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key.to_owned(), Value::Text(value.to_owned())),
            None => (text.clone(), Value::Null),
        };
        entries.push(Entry { key, at: item.at, node: Node { at: item.at, tag: item.tag, value } });
    }
    Ok(Node { at, tag: None, value: Value::Mapping(entries) })
}

/// The later value of a key wins, a missing one too: `KEY:` asks for the environment's value. A key of a base that was
/// written as a list cannot be reset by its name.
pub fn by_key(base: Node, over: Node, written_as_list: bool) -> Node {
    let at = over.at;
    let (Value::Mapping(mut entries), Value::Mapping(more)) = (base.value, over.value) else {
        return Node { at, tag: None, value: Value::Null };
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        places.insert(entry.key.clone(), index);
    }
    for entry in more {
        let known = places.get(&entry.key).and_then(|index| entries.get_mut(*index));
        let reset = entry.node.tag.as_deref() == Some("!reset");
        match known {
            Some(_) if reset && written_as_list => {}
            Some(known) => *known = entry,
            None => {
                places.insert(entry.key.clone(), entries.len());
                entries.push(entry);
            }
        }
    }
    Node { at, tag: None, value: Value::Mapping(entries) }
}

/// A list of names in the long form.
pub fn named(node: Node, names: Names) -> Node {
    let Value::Sequence(items) = node.value else { return node };
    let at = node.at;
    let entries = items.into_iter().filter_map(|item| {
        let key = item.text()?.to_owned();
        let text = |text: &str| Node { at: item.at, tag: None, value: Value::Text(text.to_owned()) };
        let value = match names {
            Names::Plain => Value::Null,
            Names::Dependency => Value::Mapping(vec![Entry {
                key: "condition".to_owned(),
                at: item.at,
                node: text("service_started"),
            }]),
        };
        Some(Entry { key, at: item.at, node: Node { at: item.at, tag: None, value } })
    });
    Node { at, tag: None, value: Value::Mapping(entries.collect()) }
}

/// Both forms of `extra_hosts` as one list in which nothing stands twice.
pub fn union(base: Node, over: Node) -> Node {
    let at = over.at;
    let mut seen = HashSet::new();
    let mut items: Vec<Node> = hosts(base).into_iter().chain(hosts(over)).collect();
    items.retain(|item| item.text().is_none_or(|text| seen.insert(text.to_owned())));
    Node { at, tag: None, value: Value::Sequence(items) }
}

fn hosts(node: Node) -> Vec<Node> {
    let entries = match node.value {
        Value::Sequence(items) => return items,
        Value::Mapping(entries) => entries,
        _ => return vec![node],
    };
    let mut items = Vec::new();
    for Entry { key, node, .. } in entries {
        let tag = node.tag.clone();
        for address in match node.value {
            Value::Sequence(addresses) => addresses,
            _ => vec![node],
        } {
            let value = match address.text() {
                Some(text) => Value::Text(format!("{key}={text}")),
                None => address.value,
            };
            items.push(Node { at: address.at, tag: tag.clone(), value });
        }
    }
    items
}
