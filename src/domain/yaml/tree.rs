//! From text to a tree, with anchors, merge keys, duplicates and the size of what aliases make watched over.

use super::{Complaint, Position};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::collections::HashMap;

/// One value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Position,
    /// A tag of the file's own: `!reset`, `!override`.
    pub tag: Option<String>,
    pub value: Value,
}

/// A value in YAML's core schema. Numbers keep their text, for callers to whom `010` is not `8`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
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

/// What a file may grow to; a small file can name a huge tree by its aliases.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub nodes: usize,
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { nodes: 1_000_000, depth: 128 }
    }
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
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

    fn size(&self) -> usize {
        match &self.value {
            Value::Sequence(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Mapping(entries) => 1 + entries.iter().map(|entry| entry.node.size()).sum::<usize>(),
            _ => 1,
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
    parse_with(text, Limits::default())
}

pub fn parse_with(text: &str, limits: Limits) -> Result<Vec<Node>, Complaint> {
    let mut builder =
        Builder { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0, limits };
    let mut documents = Vec::new();
    loop {
        let (event, at) = builder.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => {
                let (event, at) = builder.next()?;
                documents.push(builder.node(event, at, 0)?);
                builder.anchors.clear();
            }
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            other => return Err(Complaint::new(at, format!("unexpected {other:?}"))),
        }
    }
}

struct Builder<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    limits: Limits,
}

impl<'text> Builder<'text> {
    fn next(&mut self) -> Result<(Event<'text>, Position), Complaint> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, position(span))),
            Some(Err(error)) => {
                let at = Position { line: error.marker().line(), column: error.marker().col() + 1 };
                Err(Complaint::new(at, error.info().to_owned()))
            }
            None => Ok((Event::StreamEnd, Position::default())),
        }
    }

    fn count(&mut self, more: usize, at: Position) -> Result<(), Complaint> {
        self.nodes += more;
        if self.nodes > self.limits.nodes {
            return Err(Complaint::new(
                at,
                format!("the file grows to more than {} values", self.limits.nodes),
            ));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'text>, at: Position, depth: usize) -> Result<Node, Complaint> {
        if depth > self.limits.depth {
            return Err(Complaint::new(at, format!("nested deeper than {} levels", self.limits.depth)));
        }
        self.count(1, at)?;
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => {
                // An anchor that is still being read is not here yet: an alias inside of it would be a cycle.
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(Complaint::new(
                        at,
                        "an alias to an anchor that is not complete yet".to_owned(),
                    ));
                };
                let (node, size) = (Node { at, ..node.clone() }, *size);
                self.count(size, at)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(text.into_owned(), style, tag.as_deref()), anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => (self.sequence(depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.mapping(at, depth)?, anchor, tag),
            other => return Err(Complaint::new(at, format!("unexpected {other:?}"))),
        };
        let tag =
            tag.filter(|tag| !tag.is_yaml_core_schema()).map(|tag| format!("{}{}", tag.handle, tag.suffix));
        let node = Node { at, tag, value };
        if anchor > 0 {
            let size = node.size();
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

    fn mapping(&mut self, _at: Position, depth: usize) -> Result<Value, Complaint> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Position> = HashMap::new();
        let mut merges = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, _, _));
            let key = self.node(event, at, depth + 1)?;
            let key = match (&key.value, key.text()) {
                (Value::Null, _) => "null".to_owned(),
                (_, Some(text)) => text.to_owned(),
                (other, None) => {
                    return Err(Complaint::new(at, format!("a key must be text, not {}", other.kind())));
                }
            };
            let (event, value_at) = self.next()?;
            let node = self.node(event, value_at, depth + 1)?;
            if plain && key == "<<" {
                merges.push(node);
                continue;
            }
            if let Some(first) = seen.insert(key.clone(), at) {
                return Err(Complaint::new(
                    at,
                    format!("the key `{key}` stands already in line {}", first.line),
                ));
            }
            entries.push(Entry { key, at, node });
        }
        for merge in merges {
            merge_into(&mut entries, merge)?;
        }
        Ok(Value::Mapping(entries))
    }
}

/// `<<`: keys of the mapping itself win, then those of the first merged one.
fn merge_into(entries: &mut Vec<Entry>, merge: Node) -> Result<(), Complaint> {
    match merge.value {
        Value::Mapping(merged) => {
            for entry in merged {
                if !entries.iter().any(|known| known.key == entry.key) {
                    entries.push(entry);
                }
            }
            Ok(())
        }
        Value::Sequence(items) => items.into_iter().try_for_each(|item| merge_into(entries, item)),
        Value::Null => Ok(()),
        other => Err(Complaint::new(merge.at, format!("`<<` takes a mapping, not {}", other.kind()))),
    }
}

fn position(span: Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
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
    if let Some(integer) = integer(&text) {
        return Value::Integer(integer, text);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    match text.parse::<f64>() {
        Ok(float) if numeric => Value::Float(float, text),
        _ => Value::Text(text),
    }
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        // YAML 1.1's octal, which Compose files still mean by `mode: 0440`.
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok()?.checked_mul(sign)
}
