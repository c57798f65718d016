//! Pane 3: the logs of what is selected. It follows until the reader goes up, and then holds its place by number,
//! whatever comes in or falls out, and whatever is filtered or folded meanwhile.

mod place;
mod previous;
mod runs;
mod stream;

pub use place::{Lead, Place};
pub use previous::Previous;
pub(in crate::app) use runs::{Runs, Turning};
pub(in crate::app) use stream::End;
pub use stream::{Reach, Stream};

use crate::app::hit::LogWindow;
use crate::app::store::logs::{LogStore, Shift};
use crate::app::tree::Subject;
use crate::domain::{ContainerId, Fault};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Columns of one step to the side.
const STEP: usize = 8;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogsPane {
    /// What is selected.
    pub subject: Option<Subject>,
    /// Whose logs these are instead, where rows are marked.
    pub set: Vec<Subject>,
    /// Counts the subjects, so that lines of an earlier one are known for what they are.
    pub generation: u64,
    pub streams: BTreeMap<ContainerId, Stream>,
    /// Streams that ended a moment ago, and may be told of.
    pub(in crate::app) ends: BTreeMap<ContainerId, End>,
    /// `None` follows; else where the reader is.
    pub place: Option<Place>,
    pub times: Times,
    pub wrap: bool,
    /// Columns scrolled to the right.
    pub sideways: usize,
    pub marked: BTreeSet<u64>,
    /// Containers of the subject that are not followed, because they are too many.
    pub left_out: usize,
    /// The pane is not on the screen, and nothing is followed meanwhile.
    pub(in crate::app) resting: bool,
    /// How it stands with the lines before those that are held.
    pub older: Older,
    /// Where the reader is on the way to, while older lines are fetched for that.
    pub(in crate::app) seeks: Option<Seek>,
    /// The moment that another pane has led the reader to, while its lines are not there.
    pub(in crate::app) awaited: Option<Awaited>,
    /// What is shown instead of the live lines.
    pub previous: Option<Previous>,
    /// Lines that the clipboard was asked to take.
    pub(in crate::app) copied: usize,
    /// What was on the screen last.
    pub window: Option<LogWindow>,
}

/// A moment of somebody's log.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct Awaited {
    pub(in crate::app) subject: Option<Subject>,
    pub(in crate::app) time: Timestamp,
    /// When its first lines came.
    pub(in crate::app) heard: Option<Timestamp>,
}

/// How it stands with the lines before those that are held.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Older {
    #[default]
    Unasked,
    /// Those before this time have been asked for.
    Fetching(Timestamp),
    /// The logs begin with what is held.
    None,
    /// There is no room for them.
    NoRoom,
    Failed(Fault),
}

/// What lies further back than what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Seek {
    Time(Timestamp),
    /// The first line of all. So many pages were asked for on the way.
    Beginning {
        pages: u32,
    },
}

/// How the time of a line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Times {
    Off,
    /// In the zone of the terminal.
    #[default]
    Local,
    Utc,
    /// How long ago.
    Relative,
}

impl Times {
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
        }
    }
}

impl LogsPane {
    pub fn is_following(&self) -> bool {
        self.place.is_none()
    }

    /// Lines that came since the reader stopped following.
    pub fn unseen(&self, store: &LogStore) -> u64 {
        self.place.map_or(0, |place| store.shown_in(place.end.max(store.first())..store.end()))
    }

    /// The line that marks, copies and searches start from: one that is shown.
    pub fn current(&self, store: &LogStore) -> Option<u64> {
        store.nearest_shown(self.place.map_or(store.end(), |place| place.cursor))
    }

    /// Those whose logs these are.
    pub fn subjects(&self) -> &[Subject] {
        if self.set.is_empty() { self.subject.as_slice() } else { &self.set }
    }

    /// Other subjects' lines come now.
    pub fn start(&mut self, subject: Option<Subject>, set: Vec<Subject>) {
        (self.subject, self.set) = (subject, set);
        self.generation += 1;
        self.streams.clear();
        self.ends.clear();
        self.marked.clear();
        (self.older, self.previous, self.seeks) = (Older::Unasked, None, None);
        (self.place, self.window, self.sideways) = (None, None, 0);
    }

    /// The streams are closed, or have broken off, and go on later. What of them is on its way comes again then.
    pub(in crate::app) fn interrupt(&mut self) {
        self.generation += 1;
        if matches!(self.older, Older::Fetching(_)) {
            self.older = Older::Unasked;
        }
        for stream in self.streams.values_mut() {
            stream.lost |= stream.open || stream.broken;
            stream.open = false;
        }
    }

    /// The time from which on all lines of all streams are held; `None` when nothing older was written.
    pub(in crate::app) fn complete_since(&self, store: &LogStore) -> Option<Timestamp> {
        let streams = self.streams.values().filter_map(Stream::complete_since).max();
        if store.evicted() > 0 { streams.max(store.begins()) } else { streams }
    }

    /// Lines of another number than before are held before the line of number `edge`, and the reader's line has this
    /// one. It keeps its row.
    pub(in crate::app) fn hold_behind(&mut self, edge: u64, cursor: Option<u64>, store: &LogStore) {
        self.marked.retain(|line| *line >= edge);
        if let Some(place) = &mut self.place
            && place.top < edge
        {
            place.wanted = cursor.unwrap_or(place.wanted);
        }
        self.hold(&Shift::default(), store);
    }

    pub fn scroll_sideways(&mut self, right: bool) {
        self.sideways = match (self.wrap, right) {
            (true, _) => 0,
            (false, true) => self.sideways + STEP,
            (false, false) => self.sideways.saturating_sub(STEP),
        };
    }

    pub fn mark(&mut self, store: &LogStore) {
        if let Some(current) = self.current(store)
            && !self.marked.remove(&current)
        {
            self.marked.insert(current);
        }
    }

    /// Lines came in or fell out.
    pub fn hold(&mut self, shift: &Shift, store: &LogStore) {
        if let Some(place) = &mut self.place {
            place.shift(shift);
        }
        self.settle(store);
        if !self.marked.is_empty() {
            self.marked = self.marked.iter().map(|line| shift.of(*line)).collect();
            self.marked.retain(|line| *line >= store.first());
        }
    }
}
