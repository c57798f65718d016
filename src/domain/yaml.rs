//! YAML with positions: a tree in which every key and value knows its line and column, so that an error can name
//! `file:line:column` and the key path. Errors are collected; one mistake never hides the next.

mod reader;
mod tree;

pub use reader::{Complaint, Reader, go_duration, nearest};
pub use tree::{Entry, Node, Options, Size, Value, parse, parse_with};

use serde::{Deserialize, Serialize};

/// A place in a file, line and column counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// Which of the files that were read together, by the reader's own count; 0 where there is but one.
    #[serde(default)]
    pub file: u32,
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// A place in the only file there is.
    pub fn new(line: usize, column: usize) -> Self {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self { file: 0, line: number(line), column: number(column) }
    }
}

#[cfg(test)]
mod tests;
