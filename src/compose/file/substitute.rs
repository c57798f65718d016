//! Puts the values of variables into a tree. Keys are never touched.

use super::assemble::Assembly;
use super::interpolate::interpolate;
use crate::domain::yaml::{Complaint, Node, Size, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Interpolates all values in place; what cannot be is complained about and stays as it is written.
pub(super) fn substitute(assembly: &mut Assembly<'_>, tree: &mut Node, variables: &BTreeMap<String, String>) {
    visit(assembly, tree, &mut String::new(), variables);
}

fn visit(
    assembly: &mut Assembly<'_>,
    node: &mut Node,
    path: &mut String,
    variables: &BTreeMap<String, String>,
) {
    let length = path.len();
    match &mut node.value {
        // What has grown too large already is not to grow on.
        Value::Text(text) if text.contains('$') && !assembly.is_full() => {
            match interpolate(text, &|name| variables.get(name).cloned()) {
                Ok(result) => {
                    for name in result.unset {
                        assembly.warn(format!("the variable {name} is not set; nothing stands in its place"));
                    }
                    *text = result.text;
                    let grown = Size { nodes: 0, bytes: text.len() };
                    assembly.charge(grown, node.at);
                }
                Err(mistake) => assembly.complain(Complaint {
                    at: node.at,
                    path: path.clone(),
                    text: mistake.to_string(),
                }),
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&entry.key);
                visit(assembly, &mut entry.node, path, variables);
                path.truncate(length);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let _ = write!(path, "[{index}]");
                visit(assembly, item, path, variables);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
    }
}
