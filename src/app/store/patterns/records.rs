//! Records of several lines count once. Mostly their first line says what they are; all of Python's tracebacks begin alike,
//! and are what their exception is called.

use super::PatternStore;
use crate::app::store::logs::{Line, LogStore};
use crate::domain::LogLineRef;
use crate::domain::log::{Level, classify};
use jiff::Timestamp;

/// A line, and what it is in its record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written<'a> {
    pub text: &'a str,
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    /// It is a further line of the record before it.
    pub continues: bool,
}

impl<'a> Written<'a> {
    pub(super) fn of(line: &LogLineRef<'a>) -> Self {
        Self { text: line.text, time: line.time, level: line.level, continues: line.continues }
    }

    fn held(line: &Line<'a>) -> Self {
        Self { text: line.text, time: line.time, level: line.level, continues: line.continues }
    }

    fn is_traceback(&self) -> bool {
        self.text.starts_with("Traceback (most recent call last)")
    }

    /// Whether the line could stand for its record.
    fn is_telling(&self) -> bool {
        !self.text.trim_ascii_start().is_empty() && !self.is_traceback() && !classify(self.text).continues
    }
}

/// The beginning of a traceback whose exception has not come yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Begun {
    time: Option<Timestamp>,
    level: Option<Level>,
}

impl PatternStore {
    /// The next line of this writer.
    pub(super) fn push(&mut self, line: Written<'_>, writer: usize) {
        self.note(line.time, writer);
        if line.continues {
            if line.is_telling() && self.tracebacks.remove(&writer).is_some() {
                self.take(line, writer);
            }
            return;
        }
        if let Some(Begun { time, level }) = self.tracebacks.remove(&writer) {
            // Something else came in place of its exception.
            let text = "Traceback (most recent call last):";
            self.take(Written { text, time, level, continues: false }, writer);
        }
        if line.is_traceback() {
            self.tracebacks.insert(writer, Begun { time: line.time, level: line.level });
        } else if line.is_telling() {
            self.take(line, writer);
        }
    }

    /// A line that is held, with what belongs to it.
    pub(super) fn push_held(&mut self, line: &Line<'_>, logs: &LogStore) {
        let writer = self.writer(line.tag);
        let line_number = line.number;
        let line = Written::held(line);
        self.note(line.time, writer);
        if line.continues {
            return;
        }
        if line.is_traceback() {
            let members = logs.members(line_number).filter_map(|number| logs.line(number));
            let exception = members.map(|member| Written::held(&member)).find(Written::is_telling);
            self.take(exception.unwrap_or(line), writer);
        } else if line.is_telling() {
            self.take(line, writer);
        }
    }
}
