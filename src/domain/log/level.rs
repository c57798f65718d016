//! How grave a line is, by its writer's own word.

use serde::{Deserialize, Serialize};
use std::fmt;

/// From the least grave on, so that levels compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Level {
    pub const ALL: [Self; 6] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// The key that keeps this level and what is graver: `0` trace, which is everything, to `5` fatal.
    pub fn number(self) -> u8 {
        match self {
            Self::Trace => 0,
            Self::Debug => 1,
            Self::Info => 2,
            Self::Warn => 3,
            Self::Error => 4,
            Self::Fatal => 5,
        }
    }

    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }

    /// A word that some logger uses for a level, in any case; `None` for all other words.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::from_bytes(word.trim().as_bytes())
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    pub(super) fn from_bytes(word: &[u8]) -> Option<Self> {
        if !(3..=13).contains(&word.len()) {
            return None;
        }
        let is = |known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
        match word[0].to_ascii_lowercase() {
            b'i' if is(&["info", "inf", "information", "informational"]) => Some(Self::Info),
            b'n' if is(&["notice", "note"]) => Some(Self::Info),
            b'l' if is(&["log"]) => Some(Self::Info),
            b's' if is(&["success"]) => Some(Self::Info),
            b'w' if is(&["warn", "warning", "wrn"]) => Some(Self::Warn),
            b'e' if is(&["error", "err", "eror"]) => Some(Self::Error),
            b'f' if is(&["fail"]) => Some(Self::Error),
            b's' if is(&["severe"]) => Some(Self::Error),
            b'd' if is(&["debug", "dbg", "dbug"]) => Some(Self::Debug),
            b'v' if is(&["verbose"]) => Some(Self::Debug),
            b'f' if is(&["fine"]) => Some(Self::Debug),
            b't' if is(&["trace", "trc", "trce"]) => Some(Self::Trace),
            b'f' if is(&["finer", "finest"]) => Some(Self::Trace),
            b'f' if is(&["fatal", "ftl"]) => Some(Self::Fatal),
            b'c' if is(&["critical", "crit", "crt"]) => Some(Self::Fatal),
            b'p' if is(&["panic"]) => Some(Self::Fatal),
            b'd' if is(&["dpanic"]) => Some(Self::Fatal),
            b'a' if is(&["alert"]) => Some(Self::Fatal),
            b'e' if is(&["emerg", "emergency"]) => Some(Self::Fatal),
            _ => None,
        }
    }

    /// A number that stands for a level in a structured line: syslog's 0 to 7, pino's, bunyan's and Python's tens,
    /// Monolog's hundreds.
    pub(super) fn from_scale(number: u32) -> Option<Self> {
        match number {
            0..=2 | 60..=69 | 500..=600 => Some(Self::Fatal),
            3 | 50..=59 | 400..=499 => Some(Self::Error),
            4 | 40..=49 | 300..=399 => Some(Self::Warn),
            5 | 6 | 30..=39 | 200..=299 => Some(Self::Info),
            7 | 20..=29 | 100..=199 => Some(Self::Debug),
            10..=19 => Some(Self::Trace),
            _ => None,
        }
    }

    /// The one letter of glog, klog, `MongoDB` and Jupyter.
    pub(super) fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'T' => Some(Self::Trace),
            b'D' => Some(Self::Debug),
            b'I' => Some(Self::Info),
            b'W' => Some(Self::Warn),
            b'E' => Some(Self::Error),
            b'F' | b'C' => Some(Self::Fatal),
            _ => None,
        }
    }

    /// What the status of an HTTP answer says.
    pub(super) fn from_status(status: u32) -> Option<Self> {
        match status {
            500..=599 => Some(Self::Error),
            400..=499 => Some(Self::Warn),
            100..=399 => Some(Self::Info),
            _ => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
