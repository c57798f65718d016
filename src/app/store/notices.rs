//! What the operator is told in passing.

use crate::domain::{Fault, Safe, TaskId};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

const LIMIT: usize = 50;
const LIFETIME: SignedDuration = SignedDuration::from_secs(6);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Good,
    Warning,
    Bad,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub severity: Severity,
    pub text: Safe,
    pub hint: Option<Safe>,
    pub time: Timestamp,
    /// Stays until it is dismissed.
    pub sticky: bool,
    /// The task it tells about.
    pub task: Option<TaskId>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct NoticeStore {
    shown: VecDeque<Notice>,
}

impl NoticeStore {
    pub fn add(&mut self, notice: Notice) {
        // The same news again is not news.
        self.shown.retain(|other| other.text != notice.text);
        if self.shown.len() == LIMIT {
            // What must be read goes last.
            let passing = self.shown.iter().position(|other| !other.sticky).unwrap_or(0);
            self.shown.remove(passing);
        }
        self.shown.push_back(notice);
    }

    pub fn tell(&mut self, severity: Severity, text: impl Into<Safe>, now: Timestamp) {
        self.add(Notice { severity, text: text.into(), hint: None, time: now, sticky: false, task: None });
    }

    /// A failure stays until it was seen.
    pub fn fault(&mut self, fault: &Fault, now: Timestamp) {
        self.add(Notice {
            severity: Severity::Bad,
            text: Safe::new(fault.to_string()),
            hint: fault.hint.as_ref().map(Safe::new),
            time: now,
            sticky: true,
            task: None,
        });
    }

    /// The oldest first; the last one is the news.
    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &Notice> + ExactSizeIterator {
        self.shown.iter()
    }

    pub fn latest(&self) -> Option<&Notice> {
        self.shown.back()
    }

    /// Takes the latest one away.
    pub fn dismiss(&mut self) -> bool {
        self.shown.pop_back().is_some()
    }

    /// The task's notices were seen.
    pub fn seen(&mut self, task: &TaskId) -> bool {
        let before = self.shown.len();
        self.shown.retain(|notice| notice.task.as_ref() != Some(task));
        self.shown.len() != before
    }

    /// The notices of all tasks were seen.
    pub fn seen_tasks(&mut self) {
        self.shown.retain(|notice| notice.task.is_none());
    }

    pub fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.shown.len();
        self.shown.retain(|notice| notice.sticky || now.duration_since(notice.time) < LIFETIME);
        self.shown.len() != before
    }
}
