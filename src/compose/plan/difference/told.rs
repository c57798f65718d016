//! What a value was and what it will be, in few words and with secrets masked.

use super::meaning;
use crate::domain::secret;
use crate::domain::units;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

/// A value longer than this is cut.
const LONGEST: usize = 48;

/// `user (unset → www)`; the key alone where a value has parts of its own, or where nothing is left to tell the two
/// apart by.
pub(super) fn change(key: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    let told = |value: Option<&Value>, other: Option<&Value>| match (value, other) {
        (None, Some(Value::Bool(_))) => Some("false".to_owned()),
        (None, _) => Some(UNSET.to_owned()),
        (Some(value), _) => text(key, value),
    };
    match (told(before, after), told(after, before)) {
        (Some(before), Some(after)) => texts(key, &before, &after),
        (None, _) | (_, None) => key.to_owned(),
    }
}

const UNSET: &str = "unset";

/// The same of values in words.
pub(super) fn texts(key: &str, before: &str, after: &str) -> String {
    let or_unset = |text: &str| if text.is_empty() { UNSET.to_owned() } else { cut(text) };
    let (before, after) = (or_unset(before), or_unset(after));
    // `container:` is followed by an id here and by a name there.
    if before == after || [&before, &after].iter().any(|text| text.starts_with("container:")) {
        return key.to_owned();
    }
    format!("{key} ({before} → {after})")
}

/// The same of command lines: which argument is a secret may depend on the program.
pub(super) fn command(entrypoint: Option<&Value>, command: Option<&Value>) -> String {
    let mut whole = json!({ "Entrypoint": entrypoint, "Cmd": command });
    secret::mask_json(&mut whole);
    meaning(whole.get("Cmd")).and_then(line).unwrap_or_default()
}

pub(super) fn bytes(value: i64) -> String {
    u64::try_from(value).map_or_else(|_| "unlimited".to_owned(), units::bytes)
}

fn text(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(match (key, number.as_i64(), number.as_f64()) {
            ("memory limit" | "memory reservation", Some(size), _) => bytes(size),
            ("cpus", _, Some(nano)) => (nano / 1e9).to_string(),
            ("stop_grace_period", Some(seconds), _) => format!("{seconds}s"),
            _ => number.to_string(),
        }),
        Value::String(text) => Some(secret::mask_value(key, text)),
        Value::Array(_) => {
            let mut masked = value.clone();
            secret::mask_json(&mut masked);
            line(&masked)
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// As one would type it.
fn line(value: &Value) -> Option<String> {
    let words = value.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<&str>>>()?;
    Some(shell_words::join(words))
}

/// On one line and no longer than it is of use.
fn cut(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.graphemes(true).count() <= LONGEST {
        return text;
    }
    text.graphemes(true).take(LONGEST - 1).chain(["…"]).collect()
}
