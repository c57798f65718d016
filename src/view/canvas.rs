//! Where panes draw: the buffer behind a guard that never writes outside it, the theme, the time, and the hit map.

use super::{style::style, text, widgets};
use crate::app::hit::{self, HitMap, HitTarget};
use crate::config::theme::{ColourDepth, Theme};
use crate::domain::safe::TextStyle;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

pub(super) struct Canvas<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    /// For colours that do not come from the theme.
    pub(super) depth: ColourDepth,
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) hits: HitMap,
}

/// One text of one style; a row is made of several.
pub(super) type Piece<'t> = (&'t str, TextStyle);

impl Canvas<'_> {
    /// Writes within so many columns, cut with `…` when that is not enough. Returns the column after it.
    pub(super) fn put(&mut self, x: u16, y: u16, columns: u16, content: &str, look: TextStyle) -> u16 {
        let room = self.room(x, y, columns);
        if room == 0 {
            return x;
        }
        let shown = text::fit(content, usize::from(room));
        // A style without a foreground means the terminal's own, not that of what was there before.
        let look = style(look);
        let look = look.fg(look.fg.unwrap_or(Color::Reset));
        self.buffer.set_stringn(x, y, shown, usize::from(room), look).0
    }

    /// Writes at the right end of so many columns.
    pub(super) fn put_right(&mut self, x: u16, y: u16, columns: u16, content: &str, look: TextStyle) {
        let taken = u16::try_from(text::width(content)).unwrap_or(u16::MAX);
        let indent = columns.saturating_sub(taken);
        self.put(x.saturating_add(indent), y, columns - indent, content, look);
    }

    /// Writes pieces one after the other into a row of so many columns. Returns the column after them.
    pub(super) fn pieces(&mut self, x: u16, y: u16, columns: u16, pieces: &[Piece<'_>]) -> u16 {
        let end = x.saturating_add(columns);
        let whole: usize = pieces.iter().map(|(content, _)| text::width(content)).sum();
        let mut at = x;
        for (place, (content, look)) in pieces.iter().enumerate() {
            let left = end.saturating_sub(at);
            let rest_follows = place + 1 < pieces.len() && whole > usize::from(columns);
            // The cut is marked where it happens, also when it falls between two pieces.
            if rest_follows && text::width(content) == usize::from(left) && left > 0 {
                let shown = format!("{}…", text::head(content, usize::from(left) - 1));
                return self.put(at, y, left, &shown, *look);
            }
            at = self.put(at, y, left, content, *look);
        }
        at
    }

    /// A bar of so many cells for a part of 1; an unknown part leaves it blank but for a dash.
    pub(super) fn meter(
        &mut self,
        x: u16,
        y: u16,
        columns: u16,
        part: Option<f64>,
        filled: TextStyle,
    ) -> u16 {
        let Some(part) = part else {
            self.put(x, y, columns, "–", self.theme.dim);
            return x.saturating_add(columns);
        };
        let full = widgets::meter::filled(part, columns);
        let bar = |cells: u16, symbol: &str| symbol.repeat(usize::from(cells));
        let at = self.put(x, y, full, &bar(full, "▇"), filled);
        self.put(at, y, columns - full, &bar(columns - full, "░"), self.theme.gauge_empty)
    }

    /// Lays a style over what is drawn already.
    pub(super) fn paint(&mut self, area: Rect, look: TextStyle) {
        self.buffer.set_style(area, style(look));
    }

    /// Blanks an area and gives it a ground, as for a dialog.
    pub(super) fn clear(&mut self, area: Rect, look: TextStyle) {
        let area = area.intersection(self.buffer.area);
        for position in area.positions() {
            // Half of a wide character must not stick out from under the area's left edge.
            self.buffer[position].reset();
            self.buffer[position].set_style(style(look));
        }
        if area.left() > self.buffer.area.left() {
            for y in area.top()..area.bottom() {
                let edge = &mut self.buffer[(area.left() - 1, y)];
                if text::width(edge.symbol()) > 1 {
                    edge.set_char(' ');
                }
            }
        }
    }

    /// Everything in the area recedes: what is drawn there is not fresh, or not what is asked about.
    pub(super) fn recede(&mut self, area: Rect, look: TextStyle) {
        let mut flat = style(look);
        flat.sub_modifier = Modifier::BOLD;
        flat.bg = None;
        self.buffer.set_style(area, flat);
    }

    /// Notes that a click there means this.
    pub(super) fn hit(&mut self, area: Rect, target: HitTarget) {
        self.hits.targets.push((screen_rect(area), target));
    }

    fn room(&self, x: u16, y: u16, columns: u16) -> u16 {
        let area = self.buffer.area;
        if area.contains(Position { x, y }) { columns.min(area.right() - x) } else { 0 }
    }
}

pub(super) fn screen_rect(area: Rect) -> hit::Rect {
    hit::Rect { x: area.x, y: area.y, width: area.width, height: area.height }
}
