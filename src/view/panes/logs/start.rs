//! Where the screen begins: with which line, and how many of its rows are scrolled out. How many rows a line takes is
//! known here alone, so this is where the reader's line is kept in sight, however tall it and its neighbours are.

use super::line::Layout;
use crate::app::pane::logs::{Lead, Place};
use crate::app::store::logs::LogStore;

/// A place among rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) first: u64,
    /// Rows of the first line that are scrolled out.
    pub(super) skip: usize,
}

/// For a screen of so many rows; at the end where nobody has stopped.
pub(super) fn start(logs: &LogStore, layout: &Layout, place: Option<Place>, height: usize) -> Start {
    let rows = |number: u64| logs.line(number).map_or(1, |line| layout.rows(&line));
    let Some(place) = place else {
        return back_from(logs, Start { first: logs.end(), skip: 0 }, height, |before| {
            Some((rows(before), 0))
        });
    };
    let top = place.top.max(logs.first());
    let top = logs.shown_from(top).unwrap_or(top);
    if place.leads == Lead::Top || place.cursor <= top {
        let all = rows(top);
        // What fits is seen whole where the reader is on it.
        let fits = place.cursor == top && all <= height;
        return Start { first: top, skip: if fits { 0 } else { place.skip.min(all.saturating_sub(1)) } };
    }
    let room = height.saturating_sub(rows(place.cursor));
    back_from(logs, Start { first: place.cursor, skip: 0 }, room, |before| {
        let hidden = |all: usize| if before == top { place.skip.min(all.saturating_sub(1)) } else { 0 };
        (before >= top).then(|| rows(before)).map(|all| (all, hidden(all)))
    })
}

/// Goes back over lines until so many rows are filled. `rows_of` says how many a line has, and how many of them stay
/// hidden; `None` where nothing before is wanted.
fn back_from(
    logs: &LogStore,
    mut start: Start,
    room: usize,
    rows_of: impl Fn(u64) -> Option<(usize, usize)>,
) -> Start {
    let mut filled = 0;
    while filled < room
        && let Some(before) = start.first.checked_sub(1).and_then(|before| logs.shown_up_to(before))
        && let Some((all, hidden)) = rows_of(before)
    {
        filled += all - hidden;
        start = Start { first: before, skip: hidden + filled.saturating_sub(room) };
    }
    start
}
