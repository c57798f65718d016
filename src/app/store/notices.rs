//! What the operator is told in passing.

use crate::domain::{Fault, Safe, TaskId};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

const LIMIT: usize = 50;
/// They cover what stands below them, and are kept among mcp-tui's own messages: they stay no longer than it takes to read
/// them.
const LIFETIME: SignedDuration = SignedDuration::from_secs(4);
/// The same for what went wrong.
const LIFETIME_OF_TROUBLE: SignedDuration = SignedDuration::from_secs(8);

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
    /// Stays until a key is pressed.
    pub sticky: bool,
    /// The task it tells about.
    pub task: Option<TaskId>,
    /// The faults of files that it stands for.
    pub files: FileFaults,
}

/// How many faults there are in which files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileFaults {
    pub settings: usize,
    pub stacks: usize,
}

impl FileFaults {
    fn count(self) -> usize {
        self.settings + self.stacks
    }

    fn places(self) -> &'static str {
        match (self.settings > 0, self.stacks > 0) {
            (true, true) => "settings and stacks",
            (false, true) => "stacks",
            (_, false) => "settings",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct NoticeStore {
    /// Each with its number.
    shown: VecDeque<(u64, Notice)>,
    /// How many there were.
    told: u64,
}

impl Notice {
    fn lifetime(&self) -> SignedDuration {
        match self.severity {
            Severity::Info | Severity::Good => LIFETIME,
            Severity::Warning | Severity::Bad => LIFETIME_OF_TROUBLE,
        }
    }
}

impl NoticeStore {
    pub fn add(&mut self, notice: Notice) {
        // The same news again is not news.
        self.shown.retain(|(_, other)| other.text != notice.text);
        if self.shown.len() == LIMIT {
            // What must be read goes last.
            let passing = self.shown.iter().position(|(_, other)| !other.sticky).unwrap_or(0);
            self.shown.remove(passing);
        }
        self.told += 1;
        self.shown.push_back((self.told, notice));
    }

    pub fn tell(&mut self, severity: Severity, text: impl Into<Safe>, now: Timestamp) {
        self.add(Notice {
            severity,
            text: text.into(),
            hint: None,
            time: now,
            sticky: false,
            task: None,
            files: FileFaults::default(),
        });
    }

    /// What is told of a task until it ends.
    pub fn started(&mut self, task: TaskId, text: impl Into<Safe>, now: Timestamp) {
        self.tell(Severity::Info, text, now);
        if let Some((_, notice)) = self.shown.back_mut() {
            notice.task = Some(task);
        }
    }

    /// What was told of a task gives way to how it ended.
    pub fn ended(&mut self, task: &TaskId) {
        self.shown.retain(|(_, notice)| notice.task.as_ref() != Some(task));
    }

    /// Faults of the settings' and the stacks' files come in several parts at the start, and are one piece of news:
    /// the fault if there is one, and else how many and where to read them.
    pub fn file_faults(&mut self, faults: &[Fault], of: FileFaults, messages: &str, now: Timestamp) {
        let told = self.shown.iter().map(|(_, notice)| notice.files);
        let sum = told.fold(of, |sum, files| FileFaults {
            settings: sum.settings + files.settings,
            stacks: sum.stacks + files.stacks,
        });
        self.shown.retain(|(_, notice)| notice.files.count() == 0);
        let (text, hint) = match faults {
            [fault] if sum.count() == 1 => (fault.to_string(), fault.hint.as_ref().map(Safe::new)),
            _ => {
                let noun = if sum.count() == 1 { "fault" } else { "faults" };
                (format!("{} {noun} in {}: see {messages}", sum.count(), sum.places()), None)
            }
        };
        let text = Safe::new(text);
        self.add(Notice {
            severity: Severity::Bad,
            text,
            hint,
            time: now,
            sticky: false,
            task: None,
            files: sum,
        });
    }

    pub fn fault(&mut self, fault: &Fault, now: Timestamp) {
        self.add(Notice {
            severity: Severity::Bad,
            text: Safe::new(fault.to_string()),
            hint: fault.hint.as_ref().map(Safe::new),
            time: now,
            sticky: false,
            task: None,
            files: FileFaults::default(),
        });
    }

    /// The oldest first; the last one is the news.
    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &Notice> + ExactSizeIterator {
        self.shown.iter().map(|(_, notice)| notice)
    }

    pub fn latest(&self) -> Option<&Notice> {
        self.shown.back().map(|(_, notice)| notice)
    }

    /// How many there were; the number of the newest one.
    pub fn told(&self) -> u64 {
        self.told
    }

    /// Those told after the one of this number.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Notice> {
        self.shown.iter().filter(move |(own, _)| *own > number).map(|(_, notice)| notice)
    }

    /// What it says holds no longer.
    pub fn withdraw(&mut self, text: &str) {
        self.shown.retain(|(_, notice)| &*notice.text != text);
    }

    /// Takes them all away.
    pub fn dismiss(&mut self) -> bool {
        let any = !self.shown.is_empty();
        self.shown.clear();
        any
    }

    /// Somebody is there: from now on what had to wait for that passes like the others.
    pub fn witnessed(&mut self) {
        for (_, notice) in &mut self.shown {
            notice.sticky = false;
        }
    }

    /// The task's notices were seen.
    pub fn seen(&mut self, task: &TaskId) -> bool {
        let before = self.shown.len();
        self.shown.retain(|(_, notice)| notice.task.as_ref() != Some(task));
        self.shown.len() != before
    }

    /// The notices of all tasks were seen.
    pub fn seen_tasks(&mut self) {
        self.shown.retain(|(_, notice)| notice.task.is_none());
    }

    pub fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.shown.len();
        self.shown.retain(|(_, notice)| notice.sticky || now.duration_since(notice.time) < notice.lifetime());
        self.shown.len() != before
    }
}
