//! Who listens on the ports that a container wants and does not get.

use crate::domain::Safe;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Then it is looked again: the other one may have been stopped.
const APART: SignedDuration = SignedDuration::from_secs(10);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListenerStore {
    ports: HashMap<u16, Looked>,
}

#[derive(Debug, Clone, PartialEq)]
struct Looked {
    asked: Timestamp,
    answer: Answer,
}

#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Awaited,
    /// It could not be found out.
    Unknown,
    Nobody,
    /// The process in words.
    Process(Safe),
}

impl ListenerStore {
    /// Forgets the ports that nobody is in want of, and says which are to be looked at now.
    pub fn attend(&mut self, wanted: &[u16], now: Timestamp) -> Vec<u16> {
        self.ports.retain(|port, _| wanted.contains(port));
        let mut due = Vec::new();
        for port in wanted {
            let looked = self.ports.get_mut(port);
            let passed = looked.as_ref().map(|looked| now.duration_since(looked.asked));
            if passed.is_some_and(|passed| passed < APART && !passed.is_negative()) {
                continue;
            }
            match looked {
                Some(looked) => looked.asked = now,
                None => drop(self.ports.insert(*port, Looked { asked: now, answer: Answer::Awaited })),
            }
            due.push(*port);
        }
        due
    }

    pub fn apply(&mut self, port: u16, answer: Option<Safe>) -> bool {
        let Some(looked) = self.ports.get_mut(&port) else { return false };
        let answer = answer.map_or(Answer::Nobody, Answer::Process);
        let changed = looked.answer != answer;
        looked.answer = answer;
        changed
    }

    /// It cannot be found out; what was known before still stands.
    pub fn give_up(&mut self, port: u16) {
        if let Some(looked) = self.ports.get_mut(&port).filter(|looked| looked.answer == Answer::Awaited) {
            looked.answer = Answer::Unknown;
        }
    }

    /// Whether an answer is still to come.
    pub fn is_waiting(&self) -> bool {
        self.ports.values().any(|looked| looked.answer == Answer::Awaited)
    }

    pub fn iter(&self) -> impl Iterator<Item = (u16, Option<&Safe>)> {
        self.ports.iter().filter_map(|(port, looked)| match &looked.answer {
            Answer::Awaited | Answer::Unknown => None,
            Answer::Nobody => Some((*port, None)),
            Answer::Process(words) => Some((*port, Some(words))),
        })
    }
}
