//! What of a container is other than its service says now, in Compose's own keys. Pure.
//!
//! The hash only says that something is. To name it, the body that the new container would be created with is held
//! against what the Engine says of the old one; what a body leaves open is the image's own, or the Engine's default.

mod host;
mod places;
mod process;
mod told;

use crate::compose::body::Creation;
use crate::compose::observe::Configuration;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// More names of one key than this are only counted.
const MOST_NAMES: usize = 4;

/// `configuration changed: ports (8080:80 → 8081:80), environment (API_MODE, DEBUG)`. Simple values are said, secrets in
/// them masked; of variables the names are said and their values never.
pub fn reason(plain: &str, creation: &Creation, old: Option<&Configuration>) -> String {
    let found = old.map(|old| difference(creation, old)).unwrap_or_default();
    if found.is_empty() { plain.to_owned() } else { format!("{plain}: {}", found.join(", ")) }
}

fn difference(creation: &Creation, old: &Configuration) -> Vec<String> {
    let mut found = Vec::new();
    process::compare(&creation.body, old, &mut found);
    places::compare(creation, old, &mut found);
    host::compare(&creation.body, old, &mut found);
    found
}

/// Nothing, in any of the ways in which bodies and answers say it.
fn meaning(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    })
}

fn object<'value>(value: &'value Value, pointer: &str) -> Option<&'value Map<String, Value>> {
    value.pointer(pointer).and_then(Value::as_object)
}

fn texts<'value>(value: &'value Value, pointer: &str) -> impl Iterator<Item = &'value str> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// `environment (A, B)`; a single key that has no names of its own is said without.
fn named(key: &str, names: BTreeSet<&str>) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut words: Vec<String> = names.into_iter().take(MOST_NAMES).map(str::to_owned).collect();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    Some(format!("{key} ({})", words.join(", ")))
}

#[cfg(test)]
mod tests;
