//! The one gate through which every byte from outside passes before it is drawn or printed.
//!
//! A terminal obeys what it is sent. Log lines, names, labels, environment values and error texts are written by
//! programs nobody vouches for, so they become [`Safe`] first: colours are kept as styles, every other control
//! sequence is removed, control characters become pictures, bidirectional overrides are shown, and what can grow
//! without bound (a line, the marks on one character) is cut.

mod gate;
mod style;

pub use gate::{Gate, LINE_LIMIT};
pub use style::{Colour, StyleRun, TextStyle};

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::ops::Deref;

/// One line of text that may be drawn as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Safe(Box<str>);

impl Safe {
    /// Text from outside. Several lines become one, joined by `⏎`.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::from_bytes(text.as_ref().as_bytes())
    }

    /// Bytes from outside.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Gate::default().line(bytes).text
    }

    /// Text of ours, or text that has passed already; the caller vouches for it.
    pub(super) fn vouched(text: String) -> Self {
        Self(text.into_boxed_str())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Safe {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Safe {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl From<&str> for Safe {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Safe {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

// What was safe when it was written may have been edited since: it passes the gate again.
impl<'de> Deserialize<'de> for Safe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// A safe line with the colours its writer gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StyledLine {
    pub text: Safe,
    /// Styles from their start on, ascending; before the first one the text is plain.
    pub runs: Box<[StyleRun]>,
    /// How many bytes did not fit; the text ends in `…` when it is not 0.
    pub cut_bytes: u32,
}

impl StyledLine {
    pub fn plain(text: Safe) -> Self {
        Self { text, ..Self::default() }
    }

    /// The text in pieces of one style each.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, TextStyle)> {
        let first = self.runs.first().map_or(self.text.len(), |run| run.start as usize);
        let head = (first > 0).then(|| (&self.text[..first], TextStyle::default()));
        let ends = self.runs.iter().skip(1).map(|run| run.start as usize).chain([self.text.len()]);
        let tail =
            self.runs.iter().zip(ends).map(|(run, end)| (&self.text[run.start as usize..end], run.style));
        head.into_iter().chain(tail)
    }
}

#[cfg(test)]
mod tests;
