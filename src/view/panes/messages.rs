//! Pane 9: mcp-tui's own log.

use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::store::messages::{MOST_MESSAGES, Message};
use crate::domain::safe::TextStyle;
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::Frame;
use crate::view::text;
use ratatui::layout::Rect;

/// The time, the level, and blanks after both.
const INDENT: u16 = 15;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let back = state.panes.messages.back.min(MOST_MESSAGES);
    let mut frame = Frame::new(PaneId::Messages, focused);
    if back > 0 {
        frame = frame.left([("scrolled back ", theme.warning)]);
    }
    let body = frame.draw(canvas, area);
    if body.width < 3 || body.height == 0 {
        return;
    }
    let room = Rect { x: body.x + 1, width: body.width - 2, ..body };
    let columns = usize::from(room.width.saturating_sub(INDENT).max(8));
    let height = usize::from(room.height);
    // From the newest line on upwards, as far as is shown; whoever goes back farther than there is stays at the first.
    let mut lines: Vec<(&Message, usize, String)> = Vec::new();
    for message in state.messages.newest_first() {
        let parts: Vec<_> = text::wrap(&message.text, columns).into_iter().enumerate().collect();
        lines.extend(parts.into_iter().rev().map(|(at, part)| (message, at, part)));
        if lines.len() >= back + height {
            break;
        }
    }
    if lines.is_empty() {
        super::explain(canvas, body, &["No messages."]);
        return;
    }
    let below = back.min(lines.len().saturating_sub(height));
    let shown = lines.iter().skip(below).take(height).collect::<Vec<_>>();
    for (y, (message, at, part)) in (room.y..).zip(shown.into_iter().rev()) {
        if *at == 0 {
            let clock = message.time.to_zoned(canvas.zone.clone()).strftime("%H:%M:%S ").to_string();
            let (word, look) = level(canvas, message.level);
            let head: [Piece<'_>; 3] = [(&clock, theme.dim), (word, look), (" ", theme.text)];
            canvas.pieces(room.x, y, room.width, &head);
        }
        let indent = INDENT.min(room.width);
        canvas.put(room.x + indent, y, room.width - indent, part, theme.text);
    }
}

fn level(canvas: &Canvas<'_>, level: log::Level) -> (&'static str, TextStyle) {
    let theme = canvas.theme;
    match level {
        log::Level::Error => ("error", theme.bad),
        log::Level::Warn => ("warn ", theme.warning),
        log::Level::Info => ("info ", theme.info),
        log::Level::Debug => ("debug", theme.dim),
        log::Level::Trace => ("trace", theme.dim),
    }
}
