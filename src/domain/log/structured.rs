//! A structured line taken apart, for drawing it as `message key=value …` and for expanding it.

mod json;
mod logfmt;

use super::{Level, json_level};
use crate::domain::Safe;

/// Fields that are kept of one line.
const MOST_PAIRS: usize = 64;
/// Objects within objects that are flattened; what lies deeper is shown as `{…}`.
const DEEPEST: usize = 6;

/// The fields of a JSON line or a logfmt line. Escapes are undone, so each text passed the gate anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Structured {
    pub message: Option<Safe>,
    pub level: Option<Level>,
    /// The time as it is written.
    pub time: Option<Safe>,
    /// The other fields in their order; nested ones are flattened: `request.path`, `hosts.0`.
    pub pairs: Vec<(Safe, Safe)>,
    /// Fields beyond those that are kept.
    pub left_out: usize,
}

impl Structured {
    /// Takes a line apart; `None` for text, for what is not valid, and for a line that was cut (its end is missing).
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.trim_ascii();
        if body.ends_with('…') {
            return None;
        }
        let fields = match body.as_bytes().first()? {
            b'{' => json::fields(body)?,
            b'A'..=b'Z' | b'a'..=b'z' | b'@' | b'_' => logfmt::fields(body)?,
            _ => return None,
        };
        Some(Self::of(fields))
    }

    /// The line in one: the message, then the fields.
    pub fn line(&self) -> String {
        let mut line = self.message.as_deref().unwrap_or_default().to_owned();
        for (key, value) in &self.pairs {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(key);
            line.push('=');
            line.push_str(&quoted(value));
        }
        line
    }

    fn of(fields: Fields) -> Self {
        let Fields { mut pairs, left_out } = fields;
        let level = pairs.iter().position(|(key, value)| {
            let key = key.strip_prefix("log.").filter(|key| *key == "level").unwrap_or(key);
            level_of(key, value).is_some()
        });
        let level = level.map(|at| pairs.remove(at));
        let time = take(&mut pairs, &TIME_KEYS);
        let message = take(&mut pairs, &MESSAGE_KEYS);
        Self {
            message: message.map(Safe::from),
            level: level.and_then(|(key, value)| level_of(key.strip_prefix("log.").unwrap_or(&key), &value)),
            time: time.map(Safe::from),
            pairs: pairs.into_iter().map(|(key, value)| (Safe::from(key), Safe::from(value))).collect(),
            left_out,
        }
    }
}

/// In the order in which they are preferred.
const MESSAGE_KEYS: [&str; 8] =
    ["msg", "message", "@message", "@m", "@mt", "MESSAGE", "short_message", "event"];
const TIME_KEYS: [&str; 10] =
    ["time", "ts", "timestamp", "@timestamp", "@t", "asctime", "t", "t.$date", "datetime", "eventTime"];

/// The fields in their order, flattened.
#[derive(Default)]
struct Fields {
    pairs: Vec<(String, String)>,
    left_out: usize,
}

impl Fields {
    fn push(&mut self, key: String, mut value: String) {
        // On a terminal a carriage return would make what follows overwrite what came before.
        value.retain(|letter| letter != '\r');
        if self.pairs.len() < MOST_PAIRS {
            self.pairs.push((key, value));
        } else {
            self.left_out += 1;
        }
    }
}

fn level_of(key: &str, value: &str) -> Option<Level> {
    let (key, value) = (key.as_bytes(), value.as_bytes());
    if json_level::is_level_key(key) {
        return json_level::of_value(key, value);
    }
    (key == b"s" && value.len() <= 2).then(|| Level::from_letter(*value.first()?)).flatten()
}

fn take(pairs: &mut Vec<(String, String)>, keys: &[&str]) -> Option<String> {
    let at = keys.iter().find_map(|wanted| pairs.iter().position(|(key, _)| key == wanted))?;
    Some(pairs.remove(at).1)
}

/// In quotes where it would not be read as one value.
fn quoted(value: &str) -> String {
    if value.is_empty() || value.contains([' ', '"', '=']) { format!("{value:?}") } else { value.to_owned() }
}
