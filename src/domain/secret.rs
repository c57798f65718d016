//! Masking of secrets, by the name of the key, by the shape of the value and by the place in a command line.
//!
//! Where the two cannot be told apart, what might be a secret is hidden: a value hidden needlessly can be looked up with
//! Docker's own tools, one that was shown cannot be taken back.

mod words;

use serde_json::Value;
use words::Words;

/// What stands in the place of a secret.
pub const MASK: &str = "••••••";

/// Wherever they stand in a key.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "requirepass",
    "secret",
    "token",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
    "accesskey",
    "access_key",
    "credential",
];
/// At the end of a key.
const TELLING_ENDS: &[&str] = &["auth", "dsn", "_pass", "_pwd", "_key"];

/// Whether values under this key are secrets. A key that only names a file is not, nor is half a pair of keys that is
/// meant for the public.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace(['-', '.'], "_");
    if key.ends_with("_file") {
        return false;
    }
    let told_by_end = || key == "pass" || TELLING_ENDS.iter().any(|end| key.ends_with(end));
    TELLING.iter().any(|part| key.contains(part)) || (told_by_end() && !key.ends_with("public_key"))
}

/// The value as it may be shown under its key.
pub fn mask_value(key: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else if is_secret_key(key) {
        MASK.to_owned()
    } else {
        mask_text(value)
    }
}

/// Secrets wherever they stand in the text: passwords in URLs, `NAME=value`, `--password value`.
pub fn mask_text(text: &str) -> String {
    Words::default().mask(text)
}

/// A command with its arguments, on one line: what one argument says of the next is seen before they are joined.
pub fn mask_command<'word>(arguments: impl IntoIterator<Item = &'word str>) -> String {
    mask_arguments(arguments).join(" ")
}

/// The same, each argument by itself.
pub fn mask_arguments<'word>(arguments: impl IntoIterator<Item = &'word str>) -> Vec<String> {
    let mut words = Words::default();
    arguments.into_iter().map(|argument| words.mask_argument(argument)).collect()
}

/// A whole document: environment lists (`KEY=value`), lists of arguments and mappings alike.
pub fn mask_json(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            // The program and its arguments are told apart in an inspect; what `-a` means depends on the program.
            let program: Vec<String> =
                ["Path", "Entrypoint"].iter().filter_map(|key| entries.get(*key)).flat_map(strings).collect();
            for (key, value) in entries.iter_mut() {
                match value {
                    _ if is_secret_key(key) => hide(value),
                    Value::String(text) => *text = mask_text(text),
                    Value::Array(items) if matches!(key.as_str(), "Args" | "Cmd") => {
                        mask_list(items, &program);
                    }
                    Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                        mask_json(value);
                    }
                }
            }
        }
        Value::Array(items) => mask_list(items, &[]),
        Value::String(text) => *text = Words::default().mask_argument(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// A secret may be the argument after the one that announces it.
fn mask_list(items: &mut [Value], program: &[String]) {
    let mut words = Words::after(program);
    for item in items {
        match item {
            Value::String(text) => *text = words.mask_argument(text),
            other if words.secret_follows() => hide(other),
            other => mask_json(other),
        }
    }
}

/// Everything below a secret key. What cannot tell anything stays as it is.
fn hide(value: &mut Value) {
    match value {
        Value::Object(entries) => entries.values_mut().for_each(hide),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) => *value = Value::String(MASK.to_owned()),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests;
