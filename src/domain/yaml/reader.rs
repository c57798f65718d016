//! Reads a tree into our types: each reader knows its file and key path and collects what is wrong.

use super::{Node, Position, Value};
use crate::domain::{Fault, FaultKind};
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

/// Where so much is wrong, suggestions are no help any more.
const MANY_COMPLAINTS: usize = 1_000;

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub at: Position,
    /// `services.web.ports[0]`; empty at the root.
    pub path: String,
    /// What is wrong and what was expected.
    pub text: String,
}

impl Complaint {
    pub fn new(at: Position, text: String) -> Self {
        Self { at, path: String::new(), text }
    }

    /// `themes/x.yaml:3:5: colours.border: expected a colour, found a list`
    pub fn to_fault(&self, operation: &str, file: &dyn Display) -> Fault {
        let Position { line, column, .. } = self.at;
        let text =
            if self.path.is_empty() { self.text.clone() } else { format!("{}: {}", self.path, self.text) };
        Fault::new(FaultKind::Invalid, operation, format!("{file}:{line}:{column}")).because(text)
    }
}

/// A node, its key path, and the place where complaints about the file are kept.
#[derive(Clone)]
pub struct Reader<'node> {
    node: &'node Node,
    path: String,
    complaints: Rc<RefCell<Vec<Complaint>>>,
}

impl<'node> Reader<'node> {
    pub fn new(node: &'node Node) -> Self {
        Self { node, path: String::new(), complaints: Rc::default() }
    }

    pub fn node(&self) -> &'node Node {
        self.node
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// Everything that was complained about so far, by this reader and all that came from the same root.
    pub fn complaints(&self) -> Vec<Complaint> {
        let mut complaints = self.complaints.borrow().clone();
        complaints.sort_by_key(|complaint| complaint.at);
        complaints
    }

    pub fn complain(&self, text: impl Into<String>) {
        let complaint = Complaint { at: self.node.at, path: self.path.clone(), text: text.into() };
        self.complaints.borrow_mut().push(complaint);
    }

    /// Complains that something else stands where `what` should.
    pub fn expected(&self, what: &str) {
        let found = match (&self.node.value, self.node.text()) {
            (_, Some(text)) if text.len() <= 60 => format!("`{text}`"),
            (value, _) => value.kind().to_owned(),
        };
        self.complain(format!("expected {what}, found {found}"));
    }

    /// The value under a key; a null counts as absent.
    pub fn get(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key)?;
        (node.value != Value::Null).then(|| self.child(node, key))
    }

    fn child(&self, node: &'node Node, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { node, path, complaints: Rc::clone(&self.complaints) }
    }

    /// The entries of a mapping; complains when it is none.
    pub fn mapping(&self) -> Vec<(&'node str, Self)> {
        if let Value::Mapping(entries) = &self.node.value {
            entries.iter().map(|entry| (entry.key.as_str(), self.child(&entry.node, &entry.key))).collect()
        } else {
            self.expected("a mapping");
            Vec::new()
        }
    }

    /// The items of a list; complains when it is none.
    pub fn list(&self) -> Vec<Self> {
        if let Value::Sequence(items) = &self.node.value {
            let item = |(index, node): (usize, &'node Node)| Self {
                node,
                path: format!("{}[{index}]", self.path),
                complaints: Rc::clone(&self.complaints),
            };
            items.iter().enumerate().map(item).collect()
        } else {
            self.expected("a list");
            Vec::new()
        }
    }

    /// Complains about every key that is not among the known ones, and names the nearest of them.
    pub fn only(&self, known: &[&str]) {
        if !matches!(self.node.value, Value::Mapping(_)) {
            self.expected("a mapping");
        }
        let entries = self.node.entries().iter();
        for entry in entries.filter(|entry| !entry.key.starts_with("x-")) {
            if known.contains(&entry.key.as_str()) {
                continue;
            }
            let many = self.complaints.borrow().len() > MANY_COMPLAINTS;
            let near = if many { None } else { nearest(&entry.key, known) };
            let text = match near {
                Some(near) => format!("unknown key; did you mean `{near}`?"),
                // More than that nobody reads.
                None if known.len() > 30 => "unknown key".to_owned(),
                None => format!("unknown key; expected one of {}", known.join(", ")),
            };
            let path = self.child(&entry.node, &entry.key).path;
            self.complaints.borrow_mut().push(Complaint { at: entry.at, path, text });
        }
    }

    pub fn text(&self) -> Option<String> {
        let text = self.node.text().map(str::to_owned);
        if text.is_none() {
            self.expected("text");
        }
        text
    }

    pub fn boolean(&self) -> Option<bool> {
        if let Value::Bool(value) = self.node.value {
            return Some(value);
        }
        self.expected("true or false");
        None
    }

    /// A whole number from 0 to `most`.
    pub fn number(&self, most: u64) -> Option<u64> {
        let value = match &self.node.value {
            Value::Integer(value, _) => u64::try_from(*value).ok(),
            _ => None,
        };
        let value = value.filter(|value| *value <= most);
        if value.is_none() {
            self.expected(&format!("a whole number from 0 to {most}"));
        }
        value
    }

    /// One of the given words.
    pub fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let found = self.node.text().and_then(|text| choices.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.expected(&format!("one of {}", words.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    /// A Go duration as Compose writes it: `1m30s`, `500ms`.
    pub fn duration(&self) -> Option<Duration> {
        let duration = self.node.text().and_then(go_duration);
        if duration.is_none() {
            self.expected("a duration such as 1m30s");
        }
        duration
    }
}

/// `1h2m3.5s`; also days and weeks, which Compose allows.
pub fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += value
            * match &rest[..unit] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                "w" => 604_800.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.trim().is_empty()).then(|| Duration::try_from_secs_f64(total).ok()).flatten()
}

/// The known word that is at most two edits away, for "did you mean".
pub fn nearest<'word>(word: &str, known: &[&'word str]) -> Option<&'word str> {
    // A long word is no misspelling of a short one, and measuring it takes its time.
    if word.len() > 64 {
        return None;
    }
    let best = known.iter().map(|candidate| (distance(word, candidate), *candidate)).min()?;
    (best.0 <= 2 && best.0 < word.chars().count()).then_some(best.1)
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
