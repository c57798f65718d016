//! What a filter or a search looks for: a regular expression, or the text itself where it is none. An upper-case
//! letter makes it case-sensitive.

mod lines;
mod required;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// A pattern may not compile to more than this; the rest is taken literally.
const SIZE_LIMIT: usize = 1 << 20;

#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Option<Regex>,
    /// What every line that matches has in it, as it is.
    required: Option<Box<Finder<'static>>>,
}

impl Pattern {
    /// What is no regular expression is taken literally. `None` for an empty text, which filters nothing.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        Some(Self::parse(text).unwrap_or_else(|_| Self {
            text: text.to_owned(),
            regex: build(text, &regex::escape(text)).ok().map(|(regex, _)| regex),
            required: None,
        }))
    }

    /// A regular expression, or what is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (regex, required) = build(text, text)?;
        Ok(Self { text: text.to_owned(), regex: Some(regex), required })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn matches(&self, text: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(text),
            None => text.contains(&self.text),
        }
    }

    /// In a text of many lines, where the first match from there on ends; that is in the line that it begins in.
    pub fn find_end(&self, text: &str, from: usize) -> Option<usize> {
        match &self.regex {
            Some(regex) => match &self.required {
                Some(required) => find_with(regex, required, text, from),
                None => regex.shortest_match_at(text, from),
            },
            None => text.get(from..)?.find(&self.text).map(|at| from + at + self.text.len()),
        }
    }

    /// The byte ranges to highlight; matches of nothing at all have none.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        match &self.regex {
            Some(regex) => {
                regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
            }
            None => text.match_indices(&self.text).map(|(at, found)| at..at + found.len()).collect(),
        }
    }
}

/// Looks at those lines only that have what is required.
fn find_with(regex: &Regex, required: &Finder<'_>, text: &str, mut from: usize) -> Option<usize> {
    loop {
        let bytes = text.as_bytes().get(from..)?;
        let at = required.find(bytes)?;
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(from, |end| from + end + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |end| from + at + end);
        if let Some(found) = regex.shortest_match_at(&text[..end], start) {
            return Some(found);
        }
        from = end;
    }
}

/// A regular expression that is as case-sensitive as what was typed, and what all that it matches has in it.
fn build(typed: &str, source: &str) -> Result<(Regex, Option<Box<Finder<'static>>>), String> {
    let expression = lines::within_a_line(source, !is_sensitive(typed))?;
    let required = required::literal(&expression).map(|literal| Box::new(Finder::new(&literal).into_owned()));
    let regex = RegexBuilder::new(&expression.to_string()).size_limit(SIZE_LIMIT).build();
    regex.map(|regex| (regex, required)).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => last_line(&other.to_string()),
    })
}

/// The letter of an escape such as `\S` says nothing.
fn is_sensitive(typed: &str) -> bool {
    let mut escaped = false;
    typed.chars().any(|character| {
        let counts = !escaped && character.is_uppercase();
        escaped = !escaped && character == '\\';
        counts
    })
}

/// The parser draws where an error is, in several lines, and says what it is in the last one.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_letter_makes_it_case_sensitive_and_that_of_an_escape_does_not() {
        assert!(Pattern::new("error").unwrap().matches("an ERROR"));
        assert!(!Pattern::new("Error").unwrap().matches("an error"));
        assert!(Pattern::new(r"error\S").unwrap().matches("ERRORs"));
    }

    #[test]
    fn what_is_no_expression_is_taken_literally_or_refused_with_a_reason() {
        assert!(Pattern::new("[0x").unwrap().matches("at [0X7]"));
        assert_eq!(Pattern::parse("[0x").unwrap_err(), "unclosed character class");
        assert_eq!(Pattern::parse("a{9999}{9999}").unwrap_err(), "it is too large");
        assert_eq!(Pattern::new(""), None);
    }
}
