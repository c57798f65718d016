//! What a filter or a search looks for: a regular expression, or the text itself where it is none. An upper-case
//! letter makes it case-sensitive.

mod lines;

use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// A pattern may not compile to more than this; the rest is taken literally.
const SIZE_LIMIT: usize = 1 << 20;

#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Option<Regex>,
}

impl Pattern {
    /// What is no regular expression is taken literally. `None` for an empty text, which filters nothing.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        Some(Self::parse(text).unwrap_or_else(|_| Self {
            text: text.to_owned(),
            regex: build(text, &regex::escape(text)).ok(),
        }))
    }

    /// A regular expression, or what is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        build(text, text).map(|regex| Self { text: text.to_owned(), regex: Some(regex) })
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
            Some(regex) => regex.shortest_match_at(text, from),
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

/// A regular expression that is as case-sensitive as what was typed.
fn build(typed: &str, source: &str) -> Result<Regex, String> {
    let source = lines::within_a_line(source, !is_sensitive(typed))?;
    let regex = RegexBuilder::new(&source).size_limit(SIZE_LIMIT).build();
    regex.map_err(|error| match error {
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
