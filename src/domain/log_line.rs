//! One line that a container wrote.

use super::{ContainerId, StyledLine};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogSource {
    Stdout,
    Stderr,
    /// A container with a terminal has one stream only.
    Console,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    pub container: ContainerId,
    /// When the daemon took the line in, to the nanosecond.
    pub time: Option<Timestamp>,
    pub source: LogSource,
    pub line: StyledLine,
}
