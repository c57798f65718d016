//! Pane 3: the logs of what is selected. It follows until the reader goes up, and then holds its place by number,
//! whatever comes in or falls out.

mod previous;
mod stream;

pub use previous::Previous;
pub(in crate::app) use stream::End;
pub use stream::{Reach, Stream};

use super::Motion;
use crate::app::hit::LogWindow;
use crate::app::store::logs::{LogStore, Shift};
use crate::app::tree::Subject;
use crate::domain::{ContainerId, Fault};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Columns of one step to the side.
const STEP: usize = 8;

#[derive(Debug, Clone, PartialEq)]
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
    pub timestamps: bool,
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
    /// What is shown instead of the live lines.
    pub previous: Option<Previous>,
    /// What was on the screen last.
    pub window: Option<LogWindow>,
}

/// How it stands with the lines before those that are held.
#[derive(Debug, Clone, PartialEq)]
pub enum Older {
    Unasked,
    /// Those before this time have been asked for.
    Fetching(Timestamp),
    /// The logs begin with what is held.
    None,
    /// There is no room for them.
    NoRoom,
    Failed(Fault),
}

/// A reader's place, by line numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first line on the screen.
    pub top: u64,
    /// The line the reader is on.
    pub cursor: u64,
    /// The number that the next line had when the reader stopped following.
    pub end: u64,
}

impl Default for LogsPane {
    fn default() -> Self {
        Self {
            subject: None,
            set: Vec::new(),
            generation: 0,
            streams: BTreeMap::new(),
            ends: BTreeMap::new(),
            place: None,
            timestamps: true,
            wrap: false,
            sideways: 0,
            marked: BTreeSet::new(),
            left_out: 0,
            resting: false,
            older: Older::Unasked,
            previous: None,
            window: None,
        }
    }
}

impl LogsPane {
    pub fn is_following(&self) -> bool {
        self.place.is_none()
    }

    /// Lines that came since the reader stopped following.
    pub fn unseen(&self, store: &LogStore) -> u64 {
        self.place.map_or(0, |place| store.end().saturating_sub(place.end.max(store.first())))
    }

    /// The line that marks, copies and searches start from.
    pub fn current(&self, store: &LogStore) -> Option<u64> {
        let last = store.end().checked_sub(1).filter(|_| !store.is_empty())?;
        Some(self.place.map_or(last, |place| place.cursor.clamp(store.first(), last)))
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
        (self.older, self.previous) = (Older::Unasked, None);
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

    pub fn go(&mut self, motion: Motion, store: &LogStore, rows: usize) {
        if motion == Motion::Bottom {
            self.place = None;
            return;
        }
        let Some(mut place) = self.place.or_else(|| self.pause(store, rows)) else { return };
        let rows = rows.max(1) as u64;
        let half = (rows / 2).max(1);
        let last = store.end().saturating_sub(1);
        // The last screenful starts here; a wheel turn at the end moves nothing.
        let last_top = (last + 1).saturating_sub(rows).max(store.first());
        match motion {
            Motion::Up => place.cursor = place.cursor.saturating_sub(1),
            Motion::Down => place.cursor = (place.cursor + 1).min(last),
            Motion::Top => (place.top, place.cursor) = (store.first(), store.first()),
            Motion::Bottom => {}
            Motion::PageUp => {
                place.top = place.top.saturating_sub(half);
                place.cursor = place.cursor.saturating_sub(half);
            }
            Motion::PageDown => {
                place.top = (place.top + half).min(last_top.max(place.top));
                place.cursor = (place.cursor + half).min(last);
            }
            Motion::By(by) => {
                place.top = place.top.saturating_add_signed(by as i64).min(last_top.max(place.top));
                place.top = place.top.max(store.first());
                place.cursor = place.cursor.clamp(place.top, place.top + rows - 1);
            }
        }
        self.place = Some(settle(place, store, self.rows(rows)));
    }

    /// To a line, with some of what stands before it.
    pub fn jump(&mut self, line: u64, store: &LogStore, rows: usize) {
        let Some(place) = self.place.or_else(|| self.pause(store, rows)) else { return };
        let rows = self.rows(rows as u64);
        let visible = line >= place.top && line < place.top + rows;
        let top = if visible { place.top } else { line.saturating_sub(rows / 2) };
        self.place = Some(settle(Place { top, cursor: line, ..place }, store, rows));
    }

    /// The time from which on all lines of all streams are held; `None` when nothing older was written.
    pub(in crate::app) fn complete_since(&self, store: &LogStore) -> Option<Timestamp> {
        let streams = self.streams.values().filter_map(Stream::complete_since).max();
        if store.evicted() > 0 { streams.max(store.begins()) } else { streams }
    }

    /// Lines of another number than before are held before the line of number `edge`. The reader's line keeps its row.
    pub(in crate::app) fn hold_behind(&mut self, edge: u64, cursor: Option<u64>, store: &LogStore) {
        self.marked.retain(|line| *line >= edge);
        if let Some(place) = &mut self.place
            && place.top < edge
        {
            let above = place.cursor - place.top.min(place.cursor);
            place.cursor = cursor.unwrap_or(place.cursor);
            place.top = place.cursor.saturating_sub(above);
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
            if !shift.is_none() {
                *place = Place {
                    top: shift.of(place.top),
                    cursor: shift.of(place.cursor),
                    end: shift.of(place.end),
                };
            }
            *place = settle(*place, store, u64::MAX);
        }
        if !self.marked.is_empty() {
            self.marked = self.marked.iter().map(|line| shift.of(*line)).collect();
            self.marked.retain(|line| *line >= store.first());
        }
    }

    /// Stops following: the place is what is on the screen now.
    fn pause(&self, store: &LogStore, rows: usize) -> Option<Place> {
        let cursor = self.current(store)?;
        let top = match self.window {
            Some(window) if window.last + 1 >= cursor => window.first + (cursor - window.last.min(cursor)),
            Some(_) | None => (cursor + 1).saturating_sub(rows as u64),
        };
        Some(settle(Place { top, cursor, end: store.end() }, store, u64::MAX))
    }

    /// Lines that fit: fewer than rows where lines wrap.
    fn rows(&self, rows: u64) -> u64 {
        match self.window {
            Some(window) if self.wrap => (window.last.saturating_sub(window.first) + 1).min(rows),
            Some(_) | None => rows,
        }
        .max(1)
    }
}

/// Within what is held, and with the cursor on the screen.
fn settle(place: Place, store: &LogStore, rows: u64) -> Place {
    let last = store.end().saturating_sub(1).max(store.first());
    let cursor = place.cursor.clamp(store.first(), last);
    let top = place.top.clamp(store.first(), last).min(cursor);
    Place { cursor, top: top.max((cursor + 1).saturating_sub(rows)), end: place.end }
}
