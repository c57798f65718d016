//! From text to a tree, with anchors, merge keys, duplicates and the size of what aliases make watched over.

use super::{Complaint, Position};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::collections::HashMap;

/// One value and where it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    pub at: Position,
    /// A tag of the file's own: `!reset`, `!override`.
    pub tag: Option<Box<str>>,
    pub value: Value,
}

/// A value in YAML's core schema. Numbers keep their text, for callers to whom `010` is not `8`.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Integer(i64, String),
    Float(f64, String),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub at: Position,
    pub node: Node,
}

/// How to read a file, and what it may grow to; a small file can name a huge tree by its aliases.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What every position says of its file.
    pub file: u32,
    /// Keys that YAML takes for numbers, booleans or nothing are mistakes.
    pub text_keys: bool,
    pub largest: Size,
    pub depth: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { file: 0, text_keys: false, largest: Size::LARGEST, depth: 128 }
    }
}

/// How much a tree holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub nodes: usize,
    /// Of all texts and keys.
    pub bytes: usize,
}

impl Size {
    /// More than anybody writes, and little enough to hold a few times in memory.
    pub const LARGEST: Self = Self { nodes: 500_000, bytes: 32 << 20 };

    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self { nodes: self.nodes.saturating_add(more.nodes), bytes: self.bytes.saturating_add(more.bytes) }
    }

    /// In words, when it is larger than it may be.
    pub fn beyond(self, largest: Self) -> Option<String> {
        if self.nodes > largest.nodes {
            Some(format!("grows to more than {} values", largest.nodes))
        } else if self.bytes > largest.bytes {
            Some(format!("grows to more than {} MiB of text", largest.bytes >> 20))
        } else {
            None
        }
    }
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// A scalar as it is written.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Integer(_, text) | Value::Float(_, text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    pub fn size(&self) -> Size {
        let own = Size { nodes: 1, bytes: self.text().map_or(0, str::len) };
        match &self.value {
            Value::Sequence(items) => items.iter().map(Node::size).fold(own, Size::plus),
            Value::Mapping(entries) => entries.iter().fold(own, |sum, entry| {
                sum.plus(Size { nodes: 0, bytes: entry.key.len() }).plus(entry.node.size())
            }),
            _ => own,
        }
    }
}

impl Value {
    /// The value's kind in the words of an error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(..) | Self::Float(..) => "a number",
            Self::Text(_) => "text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

/// All documents of a file within the default limits.
pub fn parse(text: &str) -> Result<Vec<Node>, Complaint> {
    parse_with(text, Options::default())
}

pub fn parse_with(text: &str, options: Options) -> Result<Vec<Node>, Complaint> {
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        size: Size::default(),
        anchored: Size::default(),
        options,
    };
    let mut documents = Vec::new();
    loop {
        let (event, at) = builder.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => {
                let (event, at) = builder.next()?;
                documents.push(builder.node(event, at, 0)?);
            }
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            other => return Err(Complaint::new(at, format!("unexpected {other:?}"))),
        }
    }
}

struct Builder<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
    anchors: HashMap<usize, (Node, Size)>,
    size: Size,
    /// What the anchors keep: each has a copy of its own.
    anchored: Size,
    options: Options,
}

impl<'text> Builder<'text> {
    fn position(&self, span: Span) -> Position {
        Position { file: self.options.file, ..Position::new(span.start.line(), span.start.col() + 1) }
    }

    fn next(&mut self) -> Result<(Event<'text>, Position), Complaint> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, self.position(span))),
            Some(Err(error)) => {
                let at = Position {
                    file: self.options.file,
                    ..Position::new(error.marker().line(), error.marker().col() + 1)
                };
                Err(Complaint::new(at, error.info().to_owned()))
            }
            None => Ok((Event::StreamEnd, Position::default())),
        }
    }

    fn count(&mut self, more: Size, at: Position) -> Result<(), Complaint> {
        self.size = self.size.plus(more);
        match self.size.beyond(self.options.largest) {
            Some(text) => Err(Complaint::new(at, format!("the file {text}"))),
            None => Ok(()),
        }
    }

    fn node(&mut self, event: Event<'text>, at: Position, depth: usize) -> Result<Node, Complaint> {
        if depth > self.options.depth {
            return Err(Complaint::new(at, format!("nested deeper than {} levels", self.options.depth)));
        }
        let bytes = if let Event::Scalar(text, ..) = &event { text.len() } else { 0 };
        self.count(Size { nodes: 1, bytes }, at)?;
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => {
                // An anchor that is still being read is not here yet: an alias inside of it would be a cycle.
                let Some((_, size)) = self.anchors.get(&anchor) else {
                    return Err(Complaint::new(
                        at,
                        "an alias to an anchor that is not complete yet".to_owned(),
                    ));
                };
                self.count(*size, at)?;
                return Ok(Node { at, ..self.anchors[&anchor].0.clone() });
            }
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(text.into_owned(), style, tag.as_deref()), anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => (self.sequence(depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.mapping(depth)?, anchor, tag),
            other => return Err(Complaint::new(at, format!("unexpected {other:?}"))),
        };
        let tag = tag
            .filter(|tag| !tag.is_yaml_core_schema())
            .map(|tag| format!("{}{}", tag.handle, tag.suffix).into());
        let node = Node { at, tag, value };
        if anchor > 0 {
            let size = node.size();
            self.anchored = self.anchored.plus(size);
            if let Some(text) = self.anchored.beyond(self.options.largest) {
                return Err(Complaint::new(at, format!("what the file's anchors hold {text}")));
            }
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Complaint> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Sequence(items)),
                (event, at) => items.push(self.node(event, at, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Complaint> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Position> = HashMap::new();
        let mut merge = None;
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, _, _));
            let key = self.node(event, at, depth + 1)?;
            let key = match (&key.value, key.text()) {
                (Value::Text(text), _) => text.clone(),
                (other, text) if self.options.text_keys => {
                    let shown = text.map_or_else(|| other.kind().to_owned(), |text| format!("`{text}`"));
                    return Err(Complaint::new(at, format!("a key must be text, not {shown}; quote it")));
                }
                (Value::Null, _) => "null".to_owned(),
                (_, Some(text)) => text.to_owned(),
                (other, None) => {
                    return Err(Complaint::new(at, format!("a key must be text, not {}", other.kind())));
                }
            };
            let (event, value_at) = self.next()?;
            let node = self.node(event, value_at, depth + 1)?;
            let merged = plain && key == "<<";
            if let Some(first) = seen.insert(key.clone(), at) {
                return Err(Complaint::new(
                    at,
                    format!("the key `{key}` stands already in line {}", first.line),
                ));
            }
            if merged {
                merge = Some(node);
            } else {
                entries.push(Entry { key, at, node });
            }
        }
        match merge {
            Some(Node { value: Value::Sequence(items), .. }) => {
                for item in items {
                    merge_into(&mut entries, &mut seen, item)?;
                }
            }
            Some(node) => merge_into(&mut entries, &mut seen, node)?,
            None => {}
        }
        Ok(Value::Mapping(entries))
    }
}

/// `<<`: keys of the mapping itself win, then those of the first merged one.
fn merge_into(
    entries: &mut Vec<Entry>,
    seen: &mut HashMap<String, Position>,
    merge: Node,
) -> Result<(), Complaint> {
    let Value::Mapping(merged) = merge.value else {
        let text = format!("`<<` takes a mapping or a list of them, not {}", merge.value.kind());
        return Err(Complaint::new(merge.at, text));
    };
    for entry in merged {
        if !seen.contains_key(&entry.key) {
            seen.insert(entry.key.clone(), entry.at);
            entries.push(entry);
        }
    }
    Ok(())
}

/// A plain scalar in the core schema; anything quoted is text.
fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    match tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str()) {
        Some("str") => return Value::Text(text),
        Some("null") => return Value::Null,
        _ => {}
    }
    if style != ScalarStyle::Plain {
        return Value::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Value::Float(f64::INFINITY, text),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY, text),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN, text),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Value::Text(text);
    }
    let digits = text.replace('_', "");
    if let Some(integer) = integer(&digits) {
        return match i64::try_from(integer) {
            Ok(number) => Value::Integer(number, text),
            // No type of ours holds it; its digits do.
            Err(_) => Value::Text(integer.to_string()),
        };
    }
    let numeric = digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    match digits.parse::<f64>() {
        Ok(float) if numeric => Value::Float(float, text),
        _ => Value::Text(text),
    }
}

/// A whole number that fits into 64 bits, with its sign or without.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        // YAML 1.1's octal, which Compose files still mean by `mode: 0440`.
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from(u64::from_str_radix(digits, radix).ok()?) * sign;
    (number >= i128::from(i64::MIN)).then_some(number)
}
