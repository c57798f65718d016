//! Top-level secrets, configs and models.

use super::Context;
use super::scalars::{filled, flag, integer, labels, string, strings};
use crate::compose::file::concealed::{Concealed, KEY};
use crate::compose::file::project::{FileObject, Model};
use crate::domain::yaml::{Reader, Value};

pub fn secret(reader: &Reader<'_>, context: &Context<'_>) -> FileObject {
    let keys =
        ["driver", "driver_opts", "environment", "external", "file", "labels", "name", "template_driver"];
    file_object(reader, &keys, &["file", "environment"], context)
}

pub fn config(reader: &Reader<'_>, context: &Context<'_>) -> FileObject {
    let keys = ["content", "environment", "external", "file", "labels", "name", "template_driver"];
    file_object(reader, &keys, &["file", "environment", "content"], context)
}

/// One of the `sources` says where the bytes come from, unless it exists already.
fn file_object(reader: &Reader<'_>, keys: &[&str], sources: &[&str], context: &Context<'_>) -> FileObject {
    reader.only(keys);
    filled(reader, &[]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let map = |key: &str| reader.get(key).map(|value| labels(&value)).unwrap_or_default();
    let mut name = text("name");
    let external = external(reader, &mut name);
    if !external {
        match sources.iter().filter(|source| reader.get(source).is_some()).count() {
            0 => reader.complain(format!("expected one of {}", sources.join(", "))),
            1 => {}
            _ => reader.complain(format!("{} exclude each other", sources.join(", "))),
        }
    }
    let file = reader.get("file").and_then(|value| Some(context.absolute(&value, &string(&value)?)));
    FileObject {
        name,
        file: file.unwrap_or_default(),
        environment: text("environment"),
        content: text("content"),
        external,
        labels: map("labels"),
        driver: text("driver"),
        driver_opts: map("driver_opts"),
        template_driver: text("template_driver"),
        value: reader.get(KEY).and_then(|value| string(&value)).map(Concealed::new),
    }
}

/// Whether it exists outside of the project, and the name by which it goes there.
pub fn external(reader: &Reader<'_>, name: &mut String) -> bool {
    let Some(value) = reader.get("external") else { return false };
    if let Value::Mapping(_) = value.node().value {
        // The form of old files: `external: {name: …}`.
        value.only(&["name"]);
        if let Some(given) = value.get("name").and_then(|value| string(&value)) {
            if !name.is_empty() && *name != given {
                reader.complain("`name` and `external.name` contradict each other; write `name` alone");
            }
            *name = given;
        }
        return true;
    }
    flag(&value).unwrap_or(false)
}

pub fn model(reader: &Reader<'_>) -> Model {
    reader.only(&["name", "model", "context_size", "runtime_flags"]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    if reader.get("model").is_none() {
        reader.complain("expected `model`, the model's name");
    }
    Model {
        name: text("name"),
        model: text("model"),
        context_size: reader.get("context_size").and_then(|value| integer(&value)).unwrap_or_default(),
        runtime_flags: reader.get("runtime_flags").map(|value| strings(&value)).unwrap_or_default(),
    }
}
