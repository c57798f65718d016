//! `.env` files and `env_file`: `KEY=value` lines with quotes, comments and variables.

use super::interpolate::interpolate;
use crate::domain::yaml::{Complaint, Position};

/// What all values of a file may come to; each can name those before it twice.
const MOST_BYTES: usize = 16 << 20;

/// One line of a file, in its order. `None` stands for a bare `KEY`, whose value is the environment's.
pub type Variable = (String, Option<String>);

/// Reads a whole file. `lookup` answers for variables; what it does not know, earlier lines of the file may have set.
///
/// All mistakes are returned together.
pub fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Variable>, Vec<Complaint>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut scanner = Scanner { rest: text, line: 1 };
    let mut variables: Vec<Variable> = Vec::new();
    let mut complaints = Vec::new();
    let mut room = MOST_BYTES;
    while !scanner.rest.is_empty() {
        let (line, left) = (scanner.line, scanner.rest.len());
        let result = scanner.assignment().and_then(|assignment| {
            let Some((key, raw)) = assignment else { return Ok(()) };
            let known = |name: &str| {
                lookup(name).or_else(|| {
                    variables.iter().rev().find(|(key, _)| key == name).and_then(|(_, value)| value.clone())
                })
            };
            let value = match raw {
                Raw::Bare => None,
                Raw::Literal(value) => Some(value),
                Raw::Expand(value) => {
                    Some(interpolate(&value, &known).map_err(|mistake| mistake.to_string())?.text)
                }
            };
            let length = value.as_ref().map_or(0, String::len);
            room = room.checked_sub(length).ok_or_else(|| {
                format!("the value of {key} grows to more than {} MiB with those before it", MOST_BYTES >> 20)
            })?;
            variables.push((key, value));
            Ok(())
        });
        if let Err(text) = result {
            complaints.push(Complaint::new(Position::new(line, 1), text));
            if scanner.rest.len() == left {
                scanner.skip_line();
            }
        }
    }
    if complaints.is_empty() { Ok(variables) } else { Err(complaints) }
}

enum Raw {
    Bare,
    Literal(String),
    Expand(String),
}

struct Scanner<'text> {
    rest: &'text str,
    line: usize,
}

impl<'text> Scanner<'text> {
    fn take_line(&mut self) -> &'text str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn skip_line(&mut self) {
        self.take_line();
    }

    /// The next assignment, or `None` for an empty line or a comment. After most errors the scanner still stands on it.
    fn assignment(&mut self) -> Result<Option<(String, Raw)>, String> {
        let line = self.rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            self.skip_line();
            return Ok(None);
        }
        let content = match content.strip_prefix("export") {
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
            _ => content,
        };
        let end = content.find(['=', ':']).unwrap_or(content.len());
        let key = content[..end].trim_end();
        if end == content.len() {
            check_key(key)?;
            self.skip_line();
            return Ok(Some((key.to_owned(), Raw::Bare)));
        }
        check_key(key)?;
        let value = content[end + 1..].trim_start();
        if let Some(quote @ ('\'' | '"')) = value.chars().next() {
            let raw = self.quoted(offset_in(self.rest, value) + 1, quote)?;
            return Ok(Some((key.to_owned(), raw)));
        }
        self.skip_line();
        Ok(Some((key.to_owned(), Raw::Expand(without_comment(value).to_owned()))))
    }

    /// A quoted value that starts at `from`; it may span lines.
    fn quoted(&mut self, from: usize, quote: char) -> Result<Raw, String> {
        let body = &self.rest[from..];
        let mut text = String::new();
        let mut characters = body.char_indices();
        while let Some((at, character)) = characters.next() {
            if character == quote {
                let before = &self.rest[..from + at];
                self.line += before.matches('\n').count();
                self.rest = &body[at + 1..];
                let trailing = self.take_line().trim_start();
                if !trailing.is_empty() && !trailing.starts_with('#') {
                    return Err(format!("unexpected `{trailing}` after the closing quote"));
                }
                return Ok(if quote == '\'' { Raw::Literal(text) } else { Raw::Expand(text) });
            }
            match (quote, character) {
                ('"', '\\') => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'a')) => text.push('\u{7}'),
                    Some((_, 'f')) => text.push('\u{c}'),
                    Some((_, 'v')) => text.push('\u{b}'),
                    // The expansion that follows turns the pair into one dollar sign.
                    Some((_, '$')) => text.push_str("$$"),
                    Some((_, other @ ('"' | '\\' | '\''))) => text.push(other),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                ('\'', '\\') => match body[at + 1..].chars().next() {
                    Some('\'') => {
                        text.push('\'');
                        characters.next();
                    }
                    Some('\\') => {
                        text.push_str("\\\\");
                        characters.next();
                    }
                    _ => text.push('\\'),
                },
                _ => text.push(character),
            }
        }
        Err(format!("the value's closing {quote} is missing"))
    }
}

/// Where `part`, a piece of `whole`'s first line, begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

fn check_key(key: &str) -> Result<(), String> {
    let fine = !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']'));
    if fine { Ok(()) } else { Err(format!("expected KEY=value, found `{key}` as the key")) }
}

/// A comment starts behind a space; a `#` at the very beginning belongs to the value.
fn without_comment(value: &str) -> &str {
    value.find(" #").map_or(value, |at| &value[..at]).trim_end()
}

#[cfg(test)]
mod tests;
