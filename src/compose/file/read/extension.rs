//! `x-…`: kept as it stands, for those who print it.

use crate::domain::yaml::{Node, Value};
use std::collections::BTreeMap;

pub fn extensions(node: &Node) -> BTreeMap<String, serde_json::Value> {
    let entries = node.entries().iter().filter(|entry| entry.key.starts_with("x-"));
    entries.map(|entry| (entry.key.clone(), plain(&entry.node))).collect()
}

fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(value, _) => (*value).into(),
        Value::Float(value, _) => (*value).into(),
        Value::Text(text) => text.clone().into(),
        Value::Sequence(items) => items.iter().map(plain).collect(),
        Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node))).collect()
        }
    }
}
