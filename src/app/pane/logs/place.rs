//! Where the reader is: by the numbers of lines that are shown.

use super::LogsPane;
use crate::app::hit::LogWindow;
use crate::app::pane::Motion;
use crate::app::store::logs::{LogStore, Shift};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first line on the screen.
    pub top: u64,
    /// The line the reader is on.
    pub cursor: u64,
    /// The line the reader was on before a filter hid it: where they are again when it is lifted.
    pub wanted: u64,
    /// Rows above the cursor that are to stay so many, since a filter or a fold changed what is shown.
    pub(in crate::app) above: Option<u64>,
    /// Rows of the first line that are scrolled out, where it is taller than the screen.
    pub skip: usize,
    pub leads: Lead,
    /// The number that the next line had when the reader stopped following.
    pub end: u64,
}

/// Which of the two stays when the first line and the reader's do not go onto one screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lead {
    /// The reader's line, which keys move.
    #[default]
    Cursor,
    /// The first line, which the wheel moves.
    Top,
}

impl Place {
    pub(super) fn shift(&mut self, shift: &Shift) {
        if !shift.is_none() {
            for number in [&mut self.top, &mut self.cursor, &mut self.wanted, &mut self.end] {
                *number = shift.of(*number);
            }
        }
    }
}

impl LogsPane {
    pub fn go(&mut self, motion: Motion, store: &LogStore, rows: usize) {
        if motion == Motion::Bottom {
            self.place = None;
            return;
        }
        let Some(mut place) = self.place.or_else(|| self.pause(store, rows)) else { return };
        place.leads = if matches!(motion, Motion::By(_)) { Lead::Top } else { Lead::Cursor };
        let height = signed(rows);
        if self.goes_within(&mut place, motion, (height / 2).max(1), store) {
            self.place = Some(place);
            return;
        }
        let rows = self.rows(store, rows);
        let half = (rows / 2).max(1);
        let step = |line: u64, by: isize| store.step(line, by).unwrap_or(line);
        // The last screenful starts here; a wheel turn at the end moves nothing.
        let last_top = step(store.end(), -rows).max(place.top);
        match motion {
            Motion::Up => place.cursor = step(place.cursor, -1),
            Motion::Down => place.cursor = step(place.cursor, 1),
            Motion::Top => {
                place.cursor = store.first_shown().unwrap_or(place.cursor);
                place.top = place.cursor;
            }
            Motion::Bottom => {}
            Motion::PageUp => {
                place.top = step(place.top, -half);
                place.cursor = step(place.cursor, -half);
            }
            Motion::PageDown => {
                place.top = step(place.top, half).min(last_top);
                place.cursor = step(place.cursor, half);
            }
            Motion::By(by) => {
                place.top = step(place.top, by).min(last_top);
                place.cursor = place.cursor.clamp(place.top, step(place.top, rows - 1));
            }
        }
        (place.wanted, place.above) = (place.cursor, None);
        self.place = Some(settled(place, store, Some(height)));
    }

    /// A line that does not go onto the screen is gone through row by row. Says whether the motion stayed in it.
    fn goes_within(&self, place: &mut Place, motion: Motion, half: isize, store: &LogStore) -> bool {
        let Some(window) = self.window else { return false };
        let by = match motion {
            Motion::Up => -1,
            Motion::Down => 1,
            Motion::PageUp => -half,
            Motion::PageDown => half,
            Motion::By(by) => by,
            Motion::Top | Motion::Bottom => return false,
        };
        let alone = place.top == place.cursor;
        if by > 0 && window.last == place.cursor && window.hidden > 0 {
            if alone {
                place.skip += by.unsigned_abs().min(window.hidden);
            } else {
                place.top = store.step(place.top, by).map_or(place.cursor, |top| top.min(place.cursor));
            }
            return true;
        }
        let within = by < 0 && alone && place.skip > 0;
        if within {
            place.skip = place.skip.saturating_sub(by.unsigned_abs());
        }
        within
    }

    /// To a line, with some of what stands before it.
    pub fn jump(&mut self, line: u64, store: &LogStore, rows: usize) {
        let Some(place) = self.place.or_else(|| self.pause(store, rows)) else { return };
        let height = signed(rows);
        let rows = self.rows(store, rows);
        let bottom = store.step(place.top, rows - 1).unwrap_or(place.top);
        let visible = (place.top..=bottom).contains(&line);
        let top = if visible { place.top } else { store.step(line, -(rows / 2)).unwrap_or(line) };
        let (above, skip, leads) = (None, 0, Lead::Cursor);
        let place = Place { top, cursor: line, wanted: line, above, skip, leads, ..place };
        self.place = Some(settled(place, store, Some(height)));
    }

    /// Other lines are shown than before: the reader stays on their line, or near it.
    pub fn settle(&mut self, store: &LogStore) {
        if let Some(place) = self.place {
            self.place = Some(settled(place, store, None));
        }
    }

    /// The same where the screen's height is known: the line stays in sight.
    pub fn settle_within(&mut self, store: &LogStore, rows: usize) {
        if let Some(place) = self.place {
            let place = Place { leads: Lead::Cursor, ..place };
            self.place = Some(settled(place, store, Some(signed(rows))));
        }
    }

    /// Lines take more rows now, or fewer. The reader stays on theirs.
    pub fn toggle_wrap(&mut self) {
        self.wrap ^= true;
        self.sideways = 0;
        if let Some(place) = &mut self.place {
            (place.leads, place.skip) = (Lead::Cursor, 0);
        }
    }

    /// This is on the screen now. How many rows a line takes is known only there, so the place becomes the one that could
    /// be shown. Says whether the reader is on another line for it.
    pub(in crate::app) fn drawn(&mut self, window: Option<LogWindow>) -> bool {
        self.window = window;
        let (Some(place), Some(window)) = (&mut self.place, window) else { return false };
        // One that was laid out for another line says nothing of this one.
        if window.cursor != Some(place.cursor) {
            return false;
        }
        match place.leads {
            Lead::Cursor => (place.top, place.skip) = (window.first, window.skip),
            Lead::Top => place.cursor = place.cursor.clamp(window.first, window.last),
        }
        let moved = window.cursor != Some(place.cursor);
        if moved {
            place.wanted = place.cursor;
        }
        moved
    }

    /// Before other lines are shown: the reader's line is to keep its row.
    pub fn keep_row(&mut self, store: &LogStore) {
        if let Some(place) = &mut self.place {
            place.above.get_or_insert(store.shown_in(place.top..place.cursor));
        }
    }

    /// Stops following: the place is what is on the screen now.
    fn pause(&self, store: &LogStore, rows: usize) -> Option<Place> {
        let cursor = self.current(store)?;
        let (top, skip) = match self.window {
            Some(window) => {
                let came = store.shown_in(window.last.saturating_add(1)..cursor.saturating_add(1));
                let top = store.step(window.first, isize::try_from(came).unwrap_or(isize::MAX));
                (top, if came == 0 { window.skip } else { 0 })
            }
            None => (store.step(cursor, 1 - signed(rows)), 0),
        };
        let (end, above, leads) = (store.end(), None, Lead::Cursor);
        let place = Place { top: top.unwrap_or(cursor), cursor, wanted: cursor, above, skip, leads, end };
        Some(settled(place, store, None))
    }

    /// Lines that fit: fewer than rows where lines wrap or are unfolded.
    fn rows(&self, store: &LogStore, rows: usize) -> isize {
        let drawn = self.window.map(|window| store.shown_in(window.first..window.last.saturating_add(1)));
        let is_full = self.window.is_some_and(|window| window.is_full);
        let lines = drawn.filter(|lines| is_full && *lines > 0);
        lines
            .map_or(signed(rows), |lines| signed(rows).min(isize::try_from(lines).unwrap_or(isize::MAX)))
            .max(1)
    }
}

fn signed(rows: usize) -> isize {
    isize::try_from(rows.max(1)).unwrap_or(isize::MAX)
}

/// On lines that are shown, with the cursor on the screen.
fn settled(mut place: Place, store: &LogStore, rows: Option<isize>) -> Place {
    let was = place.top;
    place.wanted = place.wanted.clamp(store.first(), store.end().max(store.first() + 1) - 1);
    place.cursor = store.nearest_shown(place.wanted).unwrap_or(place.wanted);
    let top = match place.above {
        Some(above) => store.step(place.cursor, -isize::try_from(above).unwrap_or(isize::MAX)),
        None => store.nearest_shown(place.top.min(place.cursor)),
    };
    place.top = top.unwrap_or(place.cursor).min(place.cursor);
    if let Some(rows) = rows
        && let Some(least) = store.step(place.cursor, 1 - rows)
    {
        place.top = place.top.max(least);
    }
    if place.top != was {
        place.skip = 0;
    }
    place
}
