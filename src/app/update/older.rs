//! Reading back past what is held: a page of older lines is fetched from the daemon whenever the reader comes near the
//! first line, and is put before it without anything on the screen moving.
//!
//! A page ends where each container's lines are all held, and holds those of all of them down to one time, so that the
//! lines of several containers stay in order. The ring's limit holds: where there is no room, nothing older is fetched,
//! and what comes in anew pushes out the oldest lines as ever.

mod held;

use super::Turn;
use crate::app::effect::{Effect, OlderOf, OlderPage};
use crate::app::message::OlderLogs;
use crate::app::pane::logs::{Older, Reach, Seek};
use crate::app::pane::{Motion, PaneId};
use crate::app::store::notices::Severity;
use crate::domain::{ContainerId, LogLine, Safe};
use held::Held;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

/// Lines of a page, of each container.
const PAGE_LINES: u64 = 1_000;
/// On the way to the first line of all each page has twice as many as the one before, up to so many times as many: for
/// each the daemon reads the log anew.
const MOST_TIMES: u64 = 16;
/// How long a page's lines took to write where nothing tells, and the bounds of what is reckoned.
const UNKNOWN_WINDOW: SignedDuration = SignedDuration::from_secs(60);
const LEAST_WINDOW: SignedDuration = SignedDuration::from_millis(100);
const MOST_WINDOW: SignedDuration = SignedDuration::from_hours(24 * 30);

impl Turn<'_> {
    /// The reader went up: asks for older lines once less than a screenful is left above.
    pub(super) fn reach_back(&mut self, motion: Motion) {
        let upwards = match motion {
            Motion::Up | Motion::Top | Motion::PageUp => true,
            Motion::By(by) => by < 0,
            Motion::Down | Motion::Bottom | Motion::PageDown => false,
        };
        if upwards {
            self.fetch_older();
        }
    }

    fn fetch_older(&mut self) {
        let rows = self.state.hits.rows(PaneId::Logs) as u64;
        let (pane, store) = (&mut self.state.panes.logs, &self.state.logs);
        if pane.previous.is_some() {
            return;
        }
        let Some(place) = pane.place.filter(|_| !matches!(pane.older, Older::Fetching(_))) else { return };
        let Some(until) = pane.complete_since(store) else {
            pane.older = Older::None;
            return;
        };
        let edge = store.number_at(until);
        if store.shown_in(edge..place.top.max(edge)) > rows {
            return;
        }
        if store.is_full() {
            pane.older = Older::NoRoom;
            return;
        }
        let held = store.held_from(edge);
        let of = |id: &ContainerId| {
            let held = held.get(id).copied().unwrap_or_default();
            OlderOf { container: id.clone(), written: held.lines, first: held.first }
        };
        let containers: Vec<OlderOf> = pane.streams.keys().map(of).collect();
        let written = held.values().map(|held| held.lines).sum();
        let lines = match pane.seeks {
            Some(Seek::Beginning { pages }) => PAGE_LINES * (1_u64 << pages.min(8)).min(MOST_TIMES),
            Some(Seek::Time(_)) | None => PAGE_LINES,
        };
        let window = window(until, store.last_time(), written, lines);
        pane.older = Older::Fetching(until);
        self.effects.push(Effect::FetchOlder(OlderPage {
            generation: pane.generation,
            until,
            lines,
            window,
            containers,
        }));
        self.redraw();
    }

    pub(super) fn older_logs(&mut self, older: OlderLogs) {
        let pane = &mut self.state.panes.logs;
        let Older::Fetching(until) = pane.older else { return };
        if older.generation != pane.generation {
            return;
        }
        self.redraw();
        self.unreadable(&older);
        let (pane, store) = (&mut self.state.panes.logs, &mut self.state.logs);
        if older.read.is_empty() {
            let fault = older.faults.into_iter().next().map(|(_, fault)| fault);
            pane.older = fault.map_or(Older::None, Older::Failed);
            pane.seeks = None;
            return;
        }
        pane.older = Older::Unasked;
        if pane.complete_since(store) != Some(until) {
            // What it was to join has been pushed out meanwhile; the next step up asks again.
            return self.seek_on();
        }
        let edge = store.number_at(until);
        let since = older.read.iter().filter_map(|(_, since)| *since).max();
        let read: HashSet<&ContainerId> = older.read.iter().map(|(id, _)| id).collect();
        let mut held = Held::around(self.state, &older.placed, edge, until);
        let (pane, store) = (&mut self.state.panes.logs, &mut self.state.logs);
        let mut lines: Vec<LogLine> = older.lines;
        // What is older than this is not there of all containers, and comes with a later page. Of one that is read by place
        // a line may be a little older than the one before it: that page ends at the place of that one.
        let mut begun: HashSet<ContainerId> = HashSet::new();
        lines.retain(|line| {
            let is_late = since.is_none_or(|since| line.time.is_none_or(|time| time >= since));
            if is_late && older.placed.contains(&line.container) && !begun.contains(&line.container) {
                begun.insert(line.container.clone());
            }
            (is_late || begun.contains(&line.container)) && !held.has(line)
        });
        // What nobody can read again is kept.
        lines.extend(store.copy_before(edge, |id| !read.contains(id)));
        let cursor = pane.place.and_then(|place| store.line(place.cursor)).filter(|line| line.number < edge);
        let cursor = cursor.map(|line| (line.time, line.container.clone(), line.text.to_owned()));
        pane.keep_row(store);
        let skipped = store.prepend(&lines.into(), edge);
        let since = if skipped > 0 { store.begins() } else { since };
        for id in &read {
            if let Some(stream) = pane.streams.get_mut(*id) {
                stream.reach = since.map_or(Reach::Beginning, Reach::To);
            }
        }
        let cursor = cursor.map(|(time, container, text)| {
            let same = |number: &u64| {
                store.line(*number).is_some_and(|line| {
                    (line.time, line.container, line.text) == (time, &container, text.as_str())
                })
            };
            (store.first()..edge).rev().find(same).unwrap_or(edge)
        });
        pane.hold_behind(edge, cursor, store);
        if skipped > 0 {
            pane.older = Older::NoRoom;
        } else if pane.complete_since(store).is_none() {
            pane.older = Older::None;
        } else {
            // A page with little in it does not hold the reader up.
            self.fetch_older();
        }
        self.scan_logs();
        self.seek_on();
    }

    /// Says once of each container that its older lines cannot be read, and asks for them no more.
    fn unreadable(&mut self, older: &OlderLogs) {
        if older.read.is_empty() {
            return;
        }
        for (id, fault) in &older.faults {
            if let Some(stream) = self.state.panes.logs.streams.get_mut(id) {
                stream.reach = Reach::Beginning;
            }
            let text = Safe::new(format!("older lines are missing: {fault}"));
            self.state.notices.tell(Severity::Warning, text.as_str(), self.now);
        }
    }
}

/// How long it took to write a page's lines, at the rate of those that are held.
fn window(from: Timestamp, to: Option<Timestamp>, lines: u64, page: u64) -> SignedDuration {
    let held = to.map_or(SignedDuration::ZERO, |to| to.duration_since(from));
    if lines == 0 || held <= SignedDuration::ZERO {
        return UNKNOWN_WINDOW;
    }
    #[expect(clippy::cast_precision_loss, reason = "it is a guess")]
    let seconds = held.as_secs_f64() * page as f64 / lines as f64;
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(MOST_WINDOW).clamp(LEAST_WINDOW, MOST_WINDOW)
}
