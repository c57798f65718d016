//! The panes. Each draws the rows that are visible, and no others.

pub(super) mod backups;
pub(super) mod findings;
pub(super) mod gpus;
pub(super) mod health;
pub(super) mod logs;
pub(super) mod messages;
pub(super) mod resources;
pub(super) mod services;
pub(super) mod tasks;

use super::canvas::{Canvas, screen_rect};
use super::frame::scrollbar;
use crate::app::hit::HitTarget;
use crate::app::pane::{List, PaneId};
use ratatui::layout::Rect;
use std::ops::Range;

/// A list as it is drawn: which rows are seen, and where each stands.
pub(super) struct Rows {
    pub(super) pane: PaneId,
    pub(super) focused: bool,
    pub(super) body: Rect,
    /// Screen rows that one row of the list takes.
    pub(super) height: u16,
    pub(super) first: usize,
    pub(super) shown: Range<usize>,
    pub(super) selected: Option<usize>,
}

impl Rows {
    pub(super) fn of<K: Clone + PartialEq>(
        list: &List<K>,
        pane: PaneId,
        focused: bool,
        body: Rect,
        height: u16,
    ) -> Self {
        let room = usize::from(body.height / height.max(1)).max(usize::from(body.height > 0));
        let first = list.first_visible(room);
        let end = list.keys().len().min(first + room);
        Self { pane, focused, body, height, first, shown: first..end, selected: list.index() }
    }

    /// The same rows from the first one on, wherever the cursor is.
    pub(super) fn at_the_top(self, all: usize) -> Self {
        Self { first: 0, shown: 0..all.min(self.shown.len()), ..self }
    }

    /// Where the row stands, with a blank column on each side of its text.
    pub(super) fn area(&self, index: usize) -> Rect {
        let row = u16::try_from(index - self.first).unwrap_or(u16::MAX);
        let y = self.body.y.saturating_add(row.saturating_mul(self.height));
        let height = self.height.min(self.body.bottom().saturating_sub(y));
        Rect { y, height, ..self.body }
    }

    /// The part of a row's area that holds text.
    pub(super) fn text_area(&self, index: usize) -> Rect {
        let area = self.area(index);
        if area.width < 6 { area } else { Rect { x: area.x + 1, width: area.width - 2, ..area } }
    }

    /// To be called once the row is drawn: shows the cursor, and notes where the row stands.
    pub(super) fn finish(&self, canvas: &mut Canvas<'_>, index: usize) {
        self.finish_in(canvas, index, self.area(index));
    }

    /// The same for a row that does not fill its place.
    pub(super) fn finish_in(&self, canvas: &mut Canvas<'_>, index: usize, area: Rect) {
        canvas.hit(area, HitTarget::Row { pane: self.pane, index });
        if self.selected == Some(index) {
            let theme = canvas.theme;
            // The services' cursor also says whose logs are shown; the others' only matter to their own pane.
            match (self.focused, self.pane) {
                (true, _) => {
                    canvas.paint(area, theme.selection);
                    canvas.hits.cursor = Some(screen_rect(area));
                }
                (false, PaneId::Services) => canvas.paint(area, theme.selection_unfocused),
                (false, _) => {}
            }
        }
    }

    pub(super) fn scrollbar(&self, canvas: &mut Canvas<'_>, all: usize) {
        scrollbar(canvas, self.body, self.first, self.shown.len(), all);
    }
}

/// A few words in place of rows, for a list that has none.
pub(super) fn explain(canvas: &mut Canvas<'_>, body: Rect, lines: &[&str]) {
    let look = canvas.theme.dim;
    let columns = body.width.saturating_sub(2);
    let mut y = body.y;
    for line in lines {
        for part in super::text::wrap(line, usize::from(columns)) {
            if y >= body.bottom() {
                return;
            }
            canvas.put(body.x + 1, y, columns, &part, look);
            y += 1;
        }
    }
}
