//! The frame around a pane: number, title, what is special about it, and a scrollbar on its right edge.

use super::canvas::{Canvas, Piece, screen_rect};
use super::text;
use crate::app::hit::PaneArea;
use crate::app::pane::PaneId;
use ratatui::layout::Rect;

/// What stands in the frame of a pane.
pub(super) struct Frame<'t> {
    pub(super) pane: PaneId,
    pub(super) focused: bool,
    /// After the title.
    pub(super) left: Vec<Piece<'t>>,
    /// At the right end.
    pub(super) right: Vec<Piece<'t>>,
}

impl<'t> Frame<'t> {
    pub(super) fn new(pane: PaneId, focused: bool) -> Self {
        Self { pane, focused, left: Vec::new(), right: Vec::new() }
    }

    #[must_use]
    pub(super) fn left(mut self, pieces: impl IntoIterator<Item = Piece<'t>>) -> Self {
        self.left.extend(pieces);
        self
    }

    #[must_use]
    pub(super) fn right(mut self, pieces: impl IntoIterator<Item = Piece<'t>>) -> Self {
        self.right.extend(pieces);
        self
    }

    /// Draws it, notes it in the hit map and returns the room inside.
    pub(super) fn draw(self, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
        let body = if area.width < 4 || area.height < 3 { area } else { self.draw_border(canvas, area) };
        canvas.hits.panes.push(PaneArea {
            pane: self.pane,
            area: screen_rect(area),
            body: screen_rect(body),
        });
        body
    }

    fn draw_border(&self, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
        let theme = canvas.theme;
        let border = if self.focused { theme.border_focused } else { theme.border };
        // Without colours the focus shows in the weight of the line.
        let heavy = self.focused && theme.border_focused == theme.border;
        border_box(canvas, area, border, heavy);
        let number = self.pane.number().to_string();
        let title = if self.focused { theme.border_focused } else { theme.title };
        let title = crate::domain::safe::TextStyle { bold: true, ..title };
        let mut pieces = vec![
            (" ", title),
            (number.as_str(), theme.key),
            (" ", title),
            (self.pane.title(), title),
            (" ", title),
        ];
        pieces.extend(self.left.iter().copied());
        let room = area.width - 3;
        let end = canvas.pieces(area.x + 1, area.y, room, &pieces);
        let wanted: usize = self.right.iter().map(|(content, _)| text::width(content)).sum();
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let free = (area.right() - 1).saturating_sub(end);
        if wanted > 0 && wanted.saturating_add(2) <= free {
            canvas.pieces(area.right() - 1 - wanted, area.y, wanted, &self.right);
        }
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }
}

/// A box of lines.
pub(super) fn border_box(
    canvas: &mut Canvas<'_>,
    area: Rect,
    look: crate::domain::safe::TextStyle,
    heavy: bool,
) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let [left_top, right_top, left_bottom, right_bottom, across, along] = if heavy {
        ["┏", "┓", "┗", "┛", "━", "┃"]
    } else {
        ["┌", "┐", "└", "┘", "─", "│"]
    };
    let line = across.repeat(usize::from(area.width - 2));
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for (y, from, to) in [(area.y, left_top, right_top), (bottom, left_bottom, right_bottom)] {
        canvas.put(area.x, y, 1, from, look);
        canvas.put(area.x + 1, y, area.width - 2, &line, look);
        canvas.put(right, y, 1, to, look);
    }
    for y in area.y + 1..bottom {
        canvas.put(area.x, y, 1, along, look);
        canvas.put(right, y, 1, along, look);
    }
}

/// The part of a list that is shown, as a thumb on the right edge of its frame.
pub(super) fn scrollbar(canvas: &mut Canvas<'_>, body: Rect, first: usize, shown: usize, all: usize) {
    if all <= shown || body.height == 0 || body.right() >= canvas.buffer.area.right() {
        return;
    }
    let rows = usize::from(body.height);
    let thumb = (rows * shown / all).clamp(1, rows);
    let travel = rows - thumb;
    let at = (travel * first.min(all - shown)).div_ceil(all - shown).min(travel);
    let look = canvas.theme.accent;
    for row in at..at + thumb {
        let y = body.y + u16::try_from(row).unwrap_or(0);
        canvas.put(body.right(), y, 1, "┃", look);
    }
}
