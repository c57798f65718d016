//! Pane 9: mcp-tui's own log, kept and drawn by tui-logger. It is the one thing on the screen that is not in the state:
//! the widget reads the process's log, which changes only when the loop has what was logged moved there. The texts
//! passed the gate when they were logged.

use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::messages::MOST_MESSAGES;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tui_logger::{ExtLogRecord, LogFormatter, TuiLoggerWidget};

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
    let back = u16::try_from(back).unwrap_or(u16::MAX);
    // The widget itself only pages. So a picture is made that is taller by what is below the room, and its top is shown.
    // Whoever goes back farther than there is stays at the first line: a narrow picture tells how many lines there are.
    let below = if back == 0 {
        0
    } else {
        let rows = room.height.saturating_add(back);
        let lines = render(canvas, room.width, &mut Buffer::empty(Rect::new(0, 0, 1, rows)));
        back.min(u16::try_from(lines).unwrap_or(u16::MAX).saturating_sub(room.height))
    };
    let mut picture = Buffer::empty(Rect::new(0, 0, room.width, room.height.saturating_add(below)));
    if render(canvas, room.width, &mut picture) == 0 {
        super::explain(canvas, body, &["No messages."]);
        return;
    }
    for (x, y) in (0..room.height).flat_map(|y| (0..room.width).map(move |x| (x, y))) {
        if let Some(cell) = canvas.buffer.cell_mut((room.x + x, room.y + y)) {
            *cell = picture[(x, y)].clone();
        }
    }
}

/// The newest messages, laid out for so many columns, as far up as the buffer goes; how many lines they make.
fn render(canvas: &Canvas<'_>, width: u16, buffer: &mut Buffer) -> usize {
    let formatter = Formatter::of(canvas, width);
    let lines = Arc::clone(&formatter.lines);
    TuiLoggerWidget::default().formatter(Box::new(formatter)).render(buffer.area, buffer);
    lines.load(Ordering::Relaxed)
}

struct Formatter {
    columns: usize,
    zone: TimeZone,
    dim: Style,
    text: Style,
    levels: [(&'static str, Style); 5],
    /// How many it has made.
    lines: Arc<AtomicUsize>,
}

impl Formatter {
    fn of(canvas: &Canvas<'_>, width: u16) -> Self {
        let theme = canvas.theme;
        Self {
            columns: usize::from(width.saturating_sub(INDENT).max(8)),
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
            lines: Arc::default(),
        }
    }
}

impl LogFormatter for Formatter {
    fn min_width(&self) -> u16 {
        1
    }

    fn format(&self, _: usize, record: &ExtLogRecord) -> Vec<Line<'_>> {
        let (word, look) = match record.level {
            log::Level::Error => self.levels[0],
            log::Level::Warn => self.levels[1],
            log::Level::Info => self.levels[2],
            log::Level::Debug => self.levels[3],
            log::Level::Trace => self.levels[4],
        };
        let clock = record.timestamp.timestamp().to_zoned(self.zone.clone()).strftime("%H:%M:%S ");
        let mut head =
            Some([Span::styled(clock.to_string(), self.dim), Span::styled(word, look), Span::raw(" ")]);
        let indent = || [Span::raw(" ".repeat(usize::from(INDENT))), Span::default(), Span::default()];
        let lines: Vec<_> = text::wrap(record.msg(), self.columns)
            .into_iter()
            .map(|part| {
                let [time, level, blank] = head.take().unwrap_or_else(indent);
                Line::from(vec![time, level, blank, Span::styled(part, self.text)])
            })
            .collect();
        self.lines.fetch_add(lines.len(), Ordering::Relaxed);
        lines
    }
}
