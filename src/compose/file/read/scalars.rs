//! Simple values and lists of them. Interpolation leaves text behind, so text that spells a number or a boolean is one.

use crate::compose::file::values::{ByteSize, GoDuration, byte_size, go_float};
use crate::domain::MOST_REPLICAS;
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

/// A scalar as Compose prints it: `010` is `8`, `1e3` is `1000`.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number, _) => Some(number.to_string()),
        Value::Float(number, _) => Some(go_float(*number)),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

pub fn scalar(reader: &Reader<'_>) -> Option<String> {
    let text = printed(&reader.node().value);
    if text.is_none() {
        reader.expected("text");
    }
    text
}

/// Text that is written as text: `user: 1000` is a number, and Compose wants `user: "1000"`.
pub fn string(reader: &Reader<'_>) -> Option<String> {
    match &reader.node().value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(..) | Value::Float(..) | Value::Bool(_) => {
            let found = reader.node().text().unwrap_or_default();
            reader.complain(format!("expected text, found `{found}`; write it in quotes"));
            None
        }
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => {
            reader.expected("text");
            None
        }
    }
}

/// Complains about keys behind which nothing stands; Compose takes that for some keys only.
pub fn filled(reader: &Reader<'_>, may_be_empty: &[&str]) {
    if reader.node().entries().iter().all(|entry| entry.node.value != Value::Null) {
        return;
    }
    for (key, value) in reader.mapping() {
        if value.node().value == Value::Null && !may_be_empty.contains(&key) && !key.starts_with("x-") {
            value.complain("nothing stands here; write a value, or leave the key out");
        }
    }
}

pub fn flag(reader: &Reader<'_>) -> Option<bool> {
    let value = match &reader.node().value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "y" | "yes" | "on" | "1" => Some(true),
            "false" | "n" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    if value.is_none() {
        reader.expected("true or false");
    }
    value
}

pub fn integer(reader: &Reader<'_>) -> Option<i64> {
    let value = match &reader.node().value {
        Value::Integer(value, _) => Some(*value),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    if value.is_none() {
        reader.expected("a whole number");
    }
    value
}

/// A whole number that is not negative.
pub fn count(reader: &Reader<'_>) -> Option<u32> {
    let value = match &reader.node().value {
        Value::Integer(value, _) => u32::try_from(*value).ok(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    if value.is_none() {
        reader.expected("a whole number from 0 on");
    }
    value
}

/// How many containers a service has.
pub fn replicas(reader: &Reader<'_>) -> Option<u32> {
    let wanted = count(reader)?;
    if wanted > MOST_REPLICAS {
        reader.expected(&format!("at most {MOST_REPLICAS} replicas"));
        return None;
    }
    Some(wanted)
}

pub fn float(reader: &Reader<'_>) -> Option<f64> {
    let value = reader.node().text().and_then(|text| text.trim().parse::<f64>().ok());
    let value = value.filter(|value| value.is_finite() && *value >= 0.0);
    if value.is_none() {
        reader.expected("a number such as 0.5");
    }
    value
}

/// A fraction as Compose itself keeps it, in single precision.
#[expect(clippy::cast_possible_truncation, reason = "that is what single precision means")]
pub fn single(reader: &Reader<'_>) -> Option<f32> {
    float(reader).map(|value| value as f32)
}

pub fn size(reader: &Reader<'_>) -> Option<ByteSize> {
    let value = reader.node().text().and_then(byte_size);
    if value.is_none() {
        reader.expected("a size such as 512m or 2g");
    }
    value
}

pub fn duration(reader: &Reader<'_>) -> Option<GoDuration> {
    reader.duration().map(GoDuration)
}

/// A list of scalars.
pub fn scalars(reader: &Reader<'_>) -> Vec<String> {
    reader.list().iter().filter_map(scalar).collect()
}

/// A list of texts.
pub fn strings(reader: &Reader<'_>) -> Vec<String> {
    reader.list().iter().filter_map(string).collect()
}

/// One scalar, or a list of them.
pub fn one_or_more(reader: &Reader<'_>) -> Vec<String> {
    match reader.node().value {
        Value::Sequence(_) => scalars(reader),
        _ => scalar(reader).into_iter().collect(),
    }
}

/// A mapping, or a list of `key=value`; a key on its own has no value.
pub fn pairs(reader: &Reader<'_>) -> BTreeMap<String, Option<String>> {
    match &reader.node().value {
        Value::Sequence(_) => reader
            .list()
            .iter()
            .filter_map(string)
            .map(|item| match item.split_once('=') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                None => (item, None),
            })
            .collect(),
        _ => reader
            .mapping()
            .into_iter()
            .map(|(key, value)| {
                if key.is_empty() {
                    value.complain("expected a key before the colon");
                }
                let value = if value.node().value == Value::Null {
                    None
                } else {
                    Some(scalar(&value).unwrap_or_default())
                };
                (key.to_owned(), value)
            })
            .collect(),
    }
}

/// Like [`pairs`], and a key on its own has the empty value.
pub fn labels(reader: &Reader<'_>) -> BTreeMap<String, String> {
    pairs(reader).into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect()
}
