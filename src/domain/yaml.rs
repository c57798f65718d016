//! YAML with positions: a tree in which every key and value knows its line and column, so that an error can name
//! `file:line:column` and the key path. Errors are collected; one mistake never hides the next.

mod reader;
mod tree;

pub use reader::{Complaint, Reader, go_duration, nearest};
pub use tree::{Entry, Limits, Node, Value, parse, parse_with};

use serde::{Deserialize, Serialize};

/// A place in a file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

#[cfg(test)]
mod tests;
