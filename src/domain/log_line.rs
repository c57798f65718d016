//! One line that a container wrote.

use super::log::Level;
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
    /// How grave it is, as far as it says so or the record does that it belongs to.
    pub level: Option<Level>,
    /// Whether it belongs to the line before it of the same container: the lines of a traceback, say.
    pub continues: bool,
}
