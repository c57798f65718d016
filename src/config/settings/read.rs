//! The settings from their file's text.

use super::{Settings, notify, size};
use crate::config::file;
use crate::config::keys::{KeyPress, Override};
use crate::config::theme::ColourDepth;
use crate::domain::yaml::{Complaint, Reader, Value};
use std::path::{Path, PathBuf};

const KNOWN: [&str; 10] = [
    "theme",
    "colours",
    "ascii",
    "mouse",
    "read_only",
    "frames_per_second",
    "logs",
    "stacks",
    "notify",
    "keys",
];
const COLOURS: [(&str, Option<ColourDepth>); 5] = [
    ("auto", None),
    ("none", Some(ColourDepth::None)),
    ("16", Some(ColourDepth::Sixteen)),
    ("256", Some(ColourDepth::TwoFiftySix)),
    ("true", Some(ColourDepth::True)),
];
/// The log store holds lines of up to 16 KiB; less than this would be a few screens only.
const LEAST_LOG_MEMORY: u64 = 1 << 20;

pub(super) fn settings(text: &str, path: &Path, defaults: Settings) -> (Settings, Vec<Complaint>) {
    let root = match file::document(text) {
        Ok(Some(root)) => root,
        Ok(None) => return (defaults, Vec::new()),
        Err(complaint) => return (defaults, vec![complaint]),
    };
    let mut settings = defaults;
    let reader = Reader::new(&root);
    reader.only(&KNOWN);
    let set = |key: &str, take: &mut dyn FnMut(&Reader<'_>)| reader.get(key).iter().for_each(take);
    set("theme", &mut |value| put(&mut settings.theme, value.text()));
    set("colours", &mut |value| put(&mut settings.colours, value.one_of(&COLOURS)));
    set("ascii", &mut |value| put(&mut settings.ascii, value.boolean().map(Some)));
    set("mouse", &mut |value| put(&mut settings.mouse, value.boolean()));
    set("read_only", &mut |value| put(&mut settings.read_only, value.boolean()));
    set("frames_per_second", &mut |value| put(&mut settings.frames_per_second, frames(value)));
    set("logs", &mut |value| logs(&mut settings, value));
    set("stacks", &mut |value| put(&mut settings.stacks, directories(value, path)));
    set("notify", &mut |value| settings.notify = notify::notify(value, path));
    set("keys", &mut |value| settings.keys = keys(value, path));
    (settings, reader.complaints())
}

fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn frames(value: &Reader<'_>) -> Option<u32> {
    let number = match value.node().value {
        Value::Integer(number, _) => u32::try_from(number).ok().filter(|number| (1..=60).contains(number)),
        _ => None,
    };
    if number.is_none() {
        value.expected("a whole number from 1 to 60");
    }
    number
}

fn logs(settings: &mut Settings, value: &Reader<'_>) {
    value.only(&["memory", "tail"]);
    if let Some(memory) = value.get("memory") {
        let bytes = memory.node().text().and_then(size::bytes).filter(|bytes| *bytes >= LEAST_LOG_MEMORY);
        if bytes.is_none() {
            memory.expected("a size of at least 1MiB such as 64MiB");
        }
        put(&mut settings.log_memory_bytes, bytes);
    }
    if let Some(tail) = value.get("tail") {
        put(&mut settings.log_tail, tail.number(1_000_000));
    }
}

/// A list of paths or one path. `~/` is the home directory; relative paths start from where the console is started,
/// as `./stacks` does by default.
fn directories(value: &Reader<'_>, file: &Path) -> Option<Vec<PathBuf>> {
    let items = if matches!(value.node().value, Value::Text(_)) { vec![value.clone()] } else { value.list() };
    let home = std::env::home_dir().unwrap_or_else(|| file.parent().unwrap_or(file).to_owned());
    let directory = |item: &Reader<'_>| {
        let text = item.text().filter(|text| {
            let written = !text.is_empty();
            if !written {
                item.expected("a directory");
            }
            written
        })?;
        Some(text.strip_prefix("~/").map_or_else(|| PathBuf::from(&text), |rest| home.join(rest)))
    };
    matches!(value.node().value, Value::Text(_) | Value::Sequence(_))
        .then(|| items.iter().filter_map(directory).collect())
}

fn keys(value: &Reader<'_>, file: &Path) -> Vec<Override> {
    let one = |(name, value): (&str, Reader<'_>)| {
        let single = matches!(value.node().value, Value::Text(_) | Value::Integer(..) | Value::Bool(_));
        let items = match value.node().value {
            _ if single => vec![value.clone()],
            Value::Sequence(_) => value.list(),
            _ => {
                value.expected("a key or a list of keys; `[]` unbinds the command");
                return None;
            }
        };
        let pressed: Vec<_> = items.iter().filter_map(key).collect();
        // When all that was given is wrong, the command keeps its keys rather than losing them.
        (pressed.len() == items.len() || !pressed.is_empty()).then(|| Override {
            name: name.to_owned(),
            keys: pressed,
            file: file.to_owned(),
            place: Complaint { at: value.node().at, path: value.path().to_owned(), text: String::new() },
        })
    };
    value.mapping().into_iter().filter_map(one).collect()
}

fn key(item: &Reader<'_>) -> Option<KeyPress> {
    // A digit is a key like any other, although YAML reads a number.
    let Some(text) = item.node().text() else {
        item.expected("a key such as `r`, `^s`, `alt-x`, `space` or `f1`");
        return None;
    };
    text.parse().map_err(|message: String| item.complain(message)).ok()
}
