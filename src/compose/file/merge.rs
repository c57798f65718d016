//! Several files become one: mappings by key, lists appended or replaced as Compose does it.

use crate::domain::yaml::{Entry, Node, Value};

/// Merges `over` onto `base`. Where two values cannot be merged, the text says which.
pub fn merge(base: Node, over: Node) -> Result<Node, (Node, String)> {
    merge_at(&mut Vec::new(), base, over)
}

/// Takes `!reset` values out of the tree and `!override` tags off it.
pub fn settle(node: &mut Node) {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.retain(|entry| entry.node.tag.as_deref() != Some("!reset"));
            for entry in entries {
                settle(&mut entry.node);
            }
        }
        Value::Sequence(items) => {
            items.retain(|item| item.tag.as_deref() != Some("!reset"));
            for item in items {
                settle(item);
            }
        }
        _ => {}
    }
    node.tag = None;
}

/// What happens where two files give one key.
enum Rule {
    Replace,
    /// One value or a list of them; the later ones are added.
    Append,
    /// A mapping or a list of `key=value`.
    ByKey,
    /// A list of names or a mapping from them.
    ByName(Names),
    Logging,
    Plain,
}

#[derive(Clone, Copy)]
enum Names {
    Dependency,
    Network,
}

fn rule(path: &[String]) -> Rule {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["services", _, "command" | "entrypoint"]
        | ["services", _, "healthcheck", "test"]
        | ["services", _, "ulimits", _] => Rule::Replace,
        ["services", _, "dns" | "dns_search" | "tmpfs" | "env_file" | "label_file"] => Rule::Append,
        ["services", _, "environment" | "labels" | "sysctls" | "annotations"]
        | ["services", _, "build", "args" | "labels"]
        | ["services", _, "deploy", "labels"]
        | ["networks" | "volumes" | "secrets" | "configs", _, "labels"] => Rule::ByKey,
        ["services", _, "depends_on"] => Rule::ByName(Names::Dependency),
        ["services", _, "networks"] => Rule::ByName(Names::Network),
        ["services", _, "logging"] => Rule::Logging,
        _ => Rule::Plain,
    }
}

fn merge_at(path: &mut Vec<String>, base: Node, over: Node) -> Result<Node, (Node, String)> {
    let rule = rule(path);
    if matches!(over.tag.as_deref(), Some("!override" | "!reset")) {
        return Ok(over);
    }
    match (&base.value, &over.value) {
        (_, Value::Null) if !matches!(rule, Rule::Replace) => return Ok(base),
        (Value::Null, _) => return Ok(over),
        _ => {}
    }
    match rule {
        Rule::Replace => Ok(over),
        Rule::Append => Ok(append(as_list(base), as_list(over))),
        Rule::ByKey => Ok(by_key(pairs(base), pairs(over))),
        Rule::ByName(names) => merge_plain(path, named(base, names), named(over, names)),
        Rule::Logging => {
            let driver = |node: &Node| node.get("driver").and_then(Node::text).map(str::to_owned);
            match (driver(&base), driver(&over)) {
                (Some(old), Some(new)) if old != new => Ok(over),
                _ => merge_plain(path, base, over),
            }
        }
        Rule::Plain => merge_plain(path, base, over),
    }
}

fn merge_plain(path: &mut Vec<String>, base: Node, over: Node) -> Result<Node, (Node, String)> {
    let at = over.at;
    match (base.value, over.value) {
        (Value::Mapping(mut entries), Value::Mapping(more)) => {
            for entry in more {
                if let Some(known) = entries.iter_mut().find(|known| known.key == entry.key) {
                    path.push(entry.key);
                    let old = std::mem::replace(&mut known.node, Node { at, tag: None, value: Value::Null });
                    known.node = merge_at(path, old, entry.node)?;
                    known.at = entry.at;
                    path.pop();
                } else {
                    entries.push(entry);
                }
            }
            Ok(Node { at, tag: None, value: Value::Mapping(entries) })
        }
        (Value::Sequence(mut items), Value::Sequence(more)) => {
            items.extend(more);
            Ok(Node { at, tag: None, value: Value::Sequence(items) })
        }
        // `build: .` against its long form.
        (Value::Text(text), mapping @ Value::Mapping(_)) if path.last().is_some_and(|key| key == "build") => {
            let context = Node { at, tag: None, value: Value::Text(text) };
            let entries = vec![Entry { key: "context".to_owned(), at, node: context }];
            merge_plain(
                path,
                Node { at, tag: None, value: Value::Mapping(entries) },
                Node { at, tag: None, value: mapping },
            )
        }
        (base, over)
            if is_collection(&base) != is_collection(&over)
                || (is_collection(&base) && base.kind() != over.kind()) =>
        {
            let text = format!("{} cannot be merged onto {}", over.kind(), base.kind());
            Err((Node { at, tag: None, value: over }, format!("{}: {text}", path.join("."))))
        }
        (_, over) => Ok(Node { at, tag: None, value: over }),
    }
}

fn is_collection(value: &Value) -> bool {
    matches!(value, Value::Mapping(_) | Value::Sequence(_))
}

fn as_list(node: Node) -> Node {
    if let Value::Sequence(_) = node.value {
        return node;
    }
    Node { at: node.at, tag: None, value: Value::Sequence(vec![node]) }
}

fn append(base: Node, over: Node) -> Node {
    let at = over.at;
    let mut items: Vec<Node> = Vec::new();
    for node in [base, over] {
        if let Value::Sequence(more) = node.value {
            items.extend(more);
        }
    }
    Node { at, tag: None, value: Value::Sequence(items) }
}

/// `key=value` items as a mapping; a mapping stays.
fn pairs(node: Node) -> Node {
    let Value::Sequence(items) = node.value else { return node };
    let entries = items.into_iter().filter_map(|item| {
        let text = item.text()?.to_owned();
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key.to_owned(), Value::Text(value.to_owned())),
            None => (text, Value::Null),
        };
        Some(Entry { key, at: item.at, node: Node { at: item.at, tag: None, value } })
    });
    Node { at: node.at, tag: None, value: Value::Mapping(entries.collect()) }
}

/// The later value of a key wins, a missing one too: `KEY:` asks for the environment's value.
fn by_key(base: Node, over: Node) -> Node {
    let at = over.at;
    let (Value::Mapping(mut entries), Value::Mapping(more)) = (base.value, over.value) else {
        return Node { at, tag: None, value: Value::Null };
    };
    for entry in more {
        entries.retain(|known| known.key != entry.key);
        entries.push(entry);
    }
    Node { at, tag: None, value: Value::Mapping(entries) }
}

/// A list of names in the long form.
fn named(node: Node, names: Names) -> Node {
    let Value::Sequence(items) = node.value else { return node };
    let at = node.at;
    let entries = items.into_iter().filter_map(|item| {
        let key = item.text()?.to_owned();
        let value = match names {
            Names::Network => Value::Null,
            Names::Dependency => {
                let condition = Node { at, tag: None, value: Value::Text("service_started".to_owned()) };
                Value::Mapping(vec![Entry { key: "condition".to_owned(), at: item.at, node: condition }])
            }
        };
        Some(Entry { key, at: item.at, node: Node { at: item.at, tag: None, value } })
    });
    Node { at, tag: None, value: Value::Mapping(entries.collect()) }
}

#[cfg(test)]
mod tests;
