//! What happened on the server, on one axis. In memory and bounded: the oldest go first, and are counted.

use crate::domain::{ContainerId, Safe, secret};
use crate::triage::About;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Entries that are kept.
pub const MOST: usize = 2_000;

/// Its time, and what tells it from others of that time: what is told twice is one entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    pub time: Timestamp,
    what: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub kind: Kind,
    /// In one line; secrets are masked.
    pub what: Safe,
    /// Whom it happened to, or who did it.
    pub who: Safe,
    /// What it leads to.
    pub about: About,
    /// The finding or the task that it tells of.
    #[serde(skip)]
    pub of: Option<String>,
}

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The daemon's events.
    Event,
    /// A container's end.
    End,
    Task,
    /// A stack's files, or what they say beside what runs.
    File,
    Finding,
    Check,
    /// What the kernel or a GPU's driver reported.
    Kernel,
}

impl Kind {
    /// In one word, for a column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::End => "ended",
            Self::Task => "task",
            Self::File => "file",
            Self::Finding => "finding",
            Self::Check => "check",
            Self::Kernel => "kernel",
        }
    }
}

impl EntryId {
    pub fn new(time: Timestamp, what: impl Into<Arc<str>>) -> Self {
        Self { time, what: what.into() }
    }
}

impl Entry {
    pub fn new(kind: Kind, what: impl AsRef<str>, who: impl AsRef<str>, about: About) -> Self {
        let what = Safe::new(secret::mask_text(what.as_ref()));
        Self { kind, what, who: Safe::new(who), about, of: None }
    }

    #[must_use]
    pub fn of(self, id: &str) -> Self {
        Self { of: Some(id.to_owned()), ..self }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimelineStore {
    entries: BTreeMap<EntryId, Entry>,
    dropped: u64,
    /// The newest that was given up: what is older stays out, lest it be counted again and again.
    floor: Option<EntryId>,
    past: Past,
    told_from: Option<Timestamp>,
}

/// How it stands with what happened before the console was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Past {
    #[default]
    Unasked,
    Asked,
    /// Or it is not to be had.
    Told,
}

impl TimelineStore {
    pub fn apply(&mut self, id: EntryId, entry: Entry) -> bool {
        if self.floor.as_ref().is_some_and(|floor| id <= *floor) {
            return false;
        }
        let changed = self.entries.get(&id) != Some(&entry);
        self.entries.insert(id, entry);
        while self.entries.len() > MOST {
            self.floor = self.entries.pop_first().map(|(id, _)| id);
            self.dropped += 1;
        }
        changed
    }

    /// Whether the daemon is to be asked for what happened before; it is asked once.
    pub fn ask_once(&mut self) -> bool {
        let unasked = self.past == Past::Unasked;
        if unasked {
            self.past = Past::Asked;
        }
        unasked
    }

    pub(in crate::app) fn past_told(&mut self, from: Option<Timestamp>) {
        self.past = Past::Told;
        self.told_from = from;
    }

    /// Before this the daemon told of nothing, as it keeps no more; `None` where it told of all that was asked for.
    pub fn told_from(&self) -> Option<Timestamp> {
        self.told_from
    }

    /// From when to when containers ran that ended, in the order of their ends, as far as the daemon's events tell.
    pub fn runs(&self) -> Vec<(&ContainerId, Option<Timestamp>, Timestamp)> {
        let (mut started, mut runs) = (HashMap::new(), Vec::new());
        for (id, entry) in &self.entries {
            let Some(container) = &entry.about.container else { continue };
            match entry.kind {
                Kind::Event if &*entry.what == "start" => _ = started.insert(container, id.time),
                Kind::End => runs.push((container, started.remove(container), id.time)),
                Kind::Event | Kind::Task | Kind::File | Kind::Finding | Kind::Check | Kind::Kernel => {}
            }
        }
        runs
    }

    /// When the daemon said of containers that it has stopped them, the oldest first.
    pub fn stops(&self) -> impl Iterator<Item = (&ContainerId, Timestamp)> {
        let stops =
            self.entries.iter().filter(|(_, entry)| entry.kind == Kind::Event && &*entry.what == "stop");
        stops.filter_map(|(id, entry)| Some((entry.about.container.as_ref()?, id.time)))
    }

    /// Whether it was told what happened before the console was opened, as far as anybody knows.
    pub fn reaches_back(&self) -> bool {
        self.past == Past::Told
    }

    pub fn get(&self, id: &EntryId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&EntryId, &Entry)> {
        self.entries.iter()
    }

    /// Entries that were given up.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::now;
    use jiff::SignedDuration;

    fn put(store: &mut TimelineStore, second: i64) -> bool {
        let id = EntryId::new(now() + SignedDuration::from_secs(second), "x");
        store.apply(id, Entry::new(Kind::Event, "start --password hunter2", "web", About::default()))
    }

    #[test]
    fn entries_stand_in_order_of_time_and_what_is_told_twice_is_one() {
        let mut store = TimelineStore::default();
        assert!(put(&mut store, 5) && put(&mut store, 1) && !put(&mut store, 5));
        let times: Vec<_> = store.entries().map(|(id, _)| id.time.duration_since(now()).as_secs()).collect();
        assert_eq!(times, [1, 5]);
        assert!(store.entries().all(|(_, entry)| !entry.what.contains("hunter2")));
    }

    #[test]
    fn the_oldest_are_given_up_and_counted_once() {
        let mut store = TimelineStore::default();
        for second in 0..i64::try_from(MOST).unwrap() + 3 {
            put(&mut store, second);
        }
        assert_eq!((store.entries().count(), store.dropped()), (MOST, 3));
        assert!(!put(&mut store, 1), "what was given up does not come again");
        assert_eq!(store.dropped(), 3);
    }
}
