//! Which variables a project's files speak of, and what they say of each.

use super::interpolate::{closing, name_length};
use crate::domain::yaml::{Node, Value};
use std::collections::BTreeMap;

/// What is said of a variable where it is used; where it is used several times, all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mention {
    pub required: bool,
    pub default: String,
    /// What stands in its place when it is set.
    pub alternate: String,
}

/// All variables of a tree whose values are as they are written, by their names.
pub fn mentions(tree: &Node) -> BTreeMap<String, Mention> {
    let mut found = BTreeMap::new();
    visit(tree, &mut found);
    found
}

fn visit(node: &Node, found: &mut BTreeMap<String, Mention>) {
    match &node.value {
        Value::Text(text) => in_text(text, found),
        Value::Mapping(entries) => entries.iter().for_each(|entry| visit(&entry.node, found)),
        Value::Sequence(items) => items.iter().for_each(|item| visit(item, found)),
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) => {}
    }
}

fn in_text(text: &str, found: &mut BTreeMap<String, Mention>) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        rest = if let Some(tail) = after.strip_prefix('$') {
            tail
        } else if let Some(inside) = after.strip_prefix('{') {
            let Some(end) = closing(inside) else { return };
            in_braces(&inside[..end], found);
            &inside[end + 1..]
        } else {
            let (name, tail) = after.split_at(name_length(after));
            if !name.is_empty() {
                found.entry(name.to_owned()).or_default();
            }
            tail
        };
    }
}

fn in_braces(inside: &str, found: &mut BTreeMap<String, Mention>) {
    let (name, rest) = inside.split_at(name_length(inside));
    if name.is_empty() {
        return;
    }
    let mention = found.entry(name.to_owned()).or_default();
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let mut operand = rest.chars();
    let operator = operand.next();
    let operand = operand.as_str();
    match operator {
        Some('?') => mention.required = true,
        Some('-') => operand.clone_into(&mut mention.default),
        Some('+') => operand.clone_into(&mut mention.alternate),
        Some(_) | None => return,
    }
    in_text(operand, found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_wherever_they_stand() {
        let mut found = BTreeMap::new();
        in_text("$A-${B:-x${C?say}}-${D+alt}-$$E-${F", &mut found);
        let mention = |required, default: &str, alternate: &str| Mention {
            required,
            default: default.to_owned(),
            alternate: alternate.to_owned(),
        };
        let expected = BTreeMap::from([
            ("A".to_owned(), mention(false, "", "")),
            ("B".to_owned(), mention(false, "x${C?say}", "")),
            ("C".to_owned(), mention(true, "", "")),
            ("D".to_owned(), mention(false, "", "alt")),
        ]);
        assert_eq!(found, expected);
    }
}
