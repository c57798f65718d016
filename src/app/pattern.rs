//! What a filter or a search looks for: a regular expression, or the text itself where it is none. An upper-case
//! letter makes it case-sensitive.

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
    /// `None` for an empty text, which filters nothing.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let sensitive = text.chars().any(char::is_uppercase);
        let build = |source: &str| {
            RegexBuilder::new(source).case_insensitive(!sensitive).size_limit(SIZE_LIMIT).build().ok()
        };
        let regex = build(text).or_else(|| build(&regex::escape(text)));
        Some(Self { text: text.to_owned(), regex })
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

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
