//! Values of secrets and configs that come from variables. They are taken while the variables are known, one scope at a
//! time, because an included file has variables of its own; and nothing that prints a project or a plan shows them.

use crate::domain::yaml::{Entry, Node, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The key under which a value travels through the merges; a file that writes it itself gains nothing by it.
pub(super) const KEY: &str = "x-mcp-tui-value";

/// A text that no log and no plan may show.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Concealed(String);

impl Concealed {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the Engine alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Concealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Puts the values of variables beside the secrets and configs that name them.
pub(super) fn take_values(tree: &mut Node, variables: &BTreeMap<String, String>) {
    for section in ["secrets", "configs"] {
        let Some(Node { value: Value::Mapping(objects), .. }) = tree.get_mut(section) else { continue };
        for object in objects {
            let found =
                object.node.get("environment").and_then(|name| Some((name.at, variables.get(name.text()?)?)));
            let Some((at, value)) = found else { continue };
            let node = Node { at, tag: None, value: Value::Text(value.clone()) };
            if let Value::Mapping(entries) = &mut object.node.value {
                entries.retain(|entry| entry.key != KEY);
                entries.push(Entry { key: KEY.to_owned(), at, node });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::{LoadRequest, load};

    #[test]
    fn a_value_is_that_of_its_scope_and_is_not_printed() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("inner.env", "INNER=from the included file");
        write("inner.yaml", "secrets: {inner: {environment: INNER}}\n");
        write(
            "compose.yaml",
            "include: [{path: inner.yaml, env_file: inner.env}]\n\
             services: {web: {image: nginx, secrets: [outer, inner, unset]}}\n\
             secrets: {outer: {environment: OUTER}, unset: {environment: NOWHERE}}\n",
        );
        let request = LoadRequest {
            files: vec![directory.path().join("compose.yaml")],
            environment: [("OUTER".to_owned(), "from outside".to_owned())].into(),
            ..LoadRequest::default()
        };
        let project = load(&request).unwrap();
        let value = |name: &str| project.secrets[name].value.as_ref().map(Concealed::reveal);
        assert_eq!(value("outer"), Some("from outside"));
        assert_eq!(value("inner"), Some("from the included file"));
        assert_eq!(value("unset"), None);
        let printed = format!("{project:?}{}", serde_json::to_string(&project.secrets).unwrap());
        assert!(!printed.contains("from outside") && !printed.contains("from the included"), "{printed}");
    }
}
