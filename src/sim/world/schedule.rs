//! What will happen on its own, and when.

use crate::sim::clock::Moment;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// An incident of the script, by its index.
    Incident(usize),
    /// One step of an incident.
    Deed { incident: usize, step: usize },
    /// A container's process ends, unless it is not that run any more.
    Exit { id: String, run: u64, code: i64, out_of_memory: bool },
    /// The restart policy's back-off is over.
    StartAgain { id: String, run: u64 },
    /// The first health verdict after a start.
    Health { id: String, run: u64 },
    /// The container's command goes on after a sleep.
    Continue { id: String, run: u64 },
}

#[derive(Debug, Default)]
pub struct Schedule {
    due: BTreeMap<(Moment, u64), Action>,
    count: u64,
}

impl Schedule {
    pub fn add(&mut self, at: Moment, action: Action) {
        self.count += 1;
        self.due.insert((at, self.count), action);
    }

    pub fn next_due(&self) -> Option<Moment> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    pub fn take_due(&mut self, now: Moment) -> Option<(Moment, Action)> {
        let entry = self.due.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((at, _), action) = entry.remove_entry();
        Some((at, action))
    }
}
