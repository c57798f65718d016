//! Pane 9: mcp-tui's own log, kept and laid out by tui-logger. Its lines have been written by this program, but hold
//! names and causes from outside, so that they pass the gate like all else.

use crate::app::State;
use crate::app::pane::PaneId;
use crate::domain::Safe;
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::style::style;
use crate::view::text;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_logger::{ExtLogRecord, LogFormatter, TuiLoggerWidget};

/// How far back one can scroll. The lines between are laid out for it, so it has to end somewhere.
const FARTHEST: usize = 1000;
/// The time, the level, and blanks after both.
const INDENT: usize = 15;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let back = state.panes.messages.back.min(FARTHEST);
    let mut frame = Frame::new(PaneId::Messages, focused);
    if back > 0 {
        frame = frame.left([("scrolled back ", theme.warning)]);
    }
    let body = frame.draw(canvas, area);
    if body.width < 3 || body.height == 0 {
        return;
    }
    let room = Rect { x: body.x + 1, width: body.width - 2, ..body };
    // The widget itself only pages. What is `back` lines before the newest is cut out of a taller picture.
    let rows = room.height.saturating_add(u16::try_from(back).unwrap_or(0));
    let mut tall = Buffer::empty(Rect::new(0, 0, room.width, rows));
    TuiLoggerWidget::default().formatter(Box::new(Formatter::of(canvas))).render(tall.area, &mut tall);
    let filled = tall.content().iter().rposition(|cell| cell.symbol() != " ").unwrap_or(0);
    let filled = u16::try_from(filled / usize::from(room.width)).unwrap_or(0) + 1;
    let last = filled.saturating_sub(u16::try_from(back).unwrap_or(0)).max(room.height.min(filled));
    let first = last.saturating_sub(room.height);
    for y in 0..(last - first) {
        for x in 0..room.width {
            if let Some(cell) = canvas.buffer.cell_mut((room.x + x, room.y + y)) {
                *cell = tall[(x, first + y)].clone();
            }
        }
    }
    if filled == 1 && tall.content().iter().all(|cell| cell.symbol() == " ") {
        super::explain(canvas, body, &["No messages."]);
    }
}

struct Formatter {
    zone: TimeZone,
    dim: Style,
    text: Style,
    levels: [(&'static str, Style); 5],
}

impl Formatter {
    fn of(canvas: &Canvas<'_>) -> Self {
        let theme = canvas.theme;
        Self {
            zone: canvas.zone.clone(),
            dim: style(theme.dim),
            text: style(theme.text),
            levels: [
                ("error", style(theme.bad)),
                ("warn ", style(theme.warning)),
                ("info ", style(theme.info)),
                ("debug", style(theme.dim)),
                ("trace", style(theme.dim)),
            ],
        }
    }
}

impl LogFormatter for Formatter {
    fn min_width(&self) -> u16 {
        1
    }

    fn format(&self, width: usize, record: &ExtLogRecord) -> Vec<Line<'_>> {
        let (level, look) = match record.level {
            log::Level::Error => self.levels[0],
            log::Level::Warn => self.levels[1],
            log::Level::Info => self.levels[2],
            log::Level::Debug => self.levels[3],
            log::Level::Trace => self.levels[4],
        };
        let clock =
            record.timestamp.timestamp().to_zoned(self.zone.clone()).strftime("%H:%M:%S ").to_string();
        let message = Safe::new(record.msg());
        let room = width.saturating_sub(INDENT).max(8);
        let wrapped = text::wrap(&message, room);
        let lines = wrapped.into_iter().enumerate().map(|(at, part)| {
            let head = if at == 0 {
                [Span::styled(clock.clone(), self.dim), Span::styled(format!("{level} "), look)]
            } else {
                [Span::raw(" ".repeat(INDENT)), Span::raw("")]
            };
            let [time, level] = head;
            Line::from(vec![time, level, Span::styled(part, self.text)])
        });
        lines.collect()
    }
}
