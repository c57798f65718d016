//! `secrets` and `configs` of a service or of its build.

use super::scalars::scalar;
use crate::compose::file::service::FileReference;
use crate::domain::yaml::{Reader, Value};

pub fn file_references(reader: &Reader<'_>) -> Vec<FileReference> {
    let mut references: Vec<FileReference> = Vec::new();
    for item in reader.list() {
        let reference = if let Value::Mapping(_) = item.node().value {
            item.only(&["source", "target", "uid", "gid", "mode"]);
            let text = |key: &str| item.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
            if item.get("source").is_none() {
                item.complain("expected `source`, a top-level name");
            }
            let mode = item.get("mode").map(|mode| match &mode.node().value {
                Value::Integer(bits, _) => format!("{bits:04o}"),
                _ => scalar(&mode).unwrap_or_default(),
            });
            FileReference {
                source: text("source"),
                target: text("target"),
                uid: text("uid"),
                gid: text("gid"),
                mode: mode.unwrap_or_default(),
            }
        } else {
            let Some(source) = scalar(&item) else { continue };
            FileReference { source, ..FileReference::default() }
        };
        references.retain(|known| (&known.source, &known.target) != (&reference.source, &reference.target));
        references.push(reference);
    }
    references
}
