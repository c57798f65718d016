//! One line: time, the replica's tag in its colour, the text in the colours its writer gave it, matches on top.

use crate::app::State;
use crate::app::store::logs::{Line, LineKind, LogStore};
use crate::domain::LogSource;
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::{text, words};
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

/// `10:31:04.120`
const TIME: u16 = 12;
const TAG_MOST: usize = 22;

pub(super) struct Layout {
    area: Rect,
    zone: TimeZone,
    /// 0: no times are shown.
    time: u16,
    /// 0: there is one container only, or no room for tags.
    tag: u16,
    wrap: bool,
    sideways: usize,
}

/// A row of a line: the bytes of its text that stand there.
#[derive(Clone, Copy)]
pub(super) struct Part {
    start: usize,
    end: usize,
}

impl Layout {
    pub(super) fn within(canvas: &Canvas<'_>, state: &State, area: Rect) -> Self {
        let pane = &state.panes.logs;
        let time = if pane.timestamps && area.width >= 40 { TIME + 1 } else { 0 };
        let widest = state.logs.tags().map(|tag| text::width(tag)).max().unwrap_or(0).min(TAG_MOST);
        let helps = pane.streams.len() > 1 && area.width >= 50;
        let tag = if helps { u16::try_from(widest).unwrap_or(0) + 2 } else { 0 };
        Self { area, zone: canvas.zone.clone(), time, tag, wrap: pane.wrap, sideways: pane.sideways }
    }

    fn text_room(&self) -> usize {
        usize::from(self.area.width.saturating_sub(self.time + self.tag)).max(1)
    }

    pub(super) fn rows(&self, line: &Line<'_>) -> usize {
        if self.wrap && text::width(line.text) > self.text_room() { self.parts(line).len() } else { 1 }
    }

    /// Rows of this line and all after it.
    pub(super) fn rows_from(&self, logs: &LogStore, first: u64) -> usize {
        if self.wrap { logs.lines_from(first).map(|line| self.rows(&line)).sum() } else { 0 }
    }

    pub(super) fn parts(&self, line: &Line<'_>) -> Vec<Part> {
        let written = line.text;
        if !self.wrap {
            let start = written.len() - text::skip(written, self.sideways).len();
            return Vec::from([Part { start, end: written.len() }]);
        }
        let mut parts = Vec::new();
        let mut start = 0;
        while start < written.len() {
            let taken = text::head(&written[start..], self.text_room()).len();
            // One character wider than the room still has to go somewhere.
            let taken =
                if taken == 0 { written[start..].chars().next().map_or(1, char::len_utf8) } else { taken };
            parts.push(Part { start, end: start + taken });
            start += taken;
        }
        if parts.is_empty() {
            parts.push(Part { start: 0, end: 0 });
        }
        parts
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, state: &State, y: u16, line: &Line<'_>, part: Part) {
        let theme = canvas.theme;
        let Rect { x, width, .. } = self.area;
        let head = part.start == 0 || !self.wrap;
        if self.time > 0 && head {
            let clock = match line.time {
                Some(time) => time.to_zoned(self.zone.clone()).strftime("%H:%M:%S%.3f").to_string(),
                None => words::ABSENT.to_owned(),
            };
            canvas.put(x, y, TIME, &clock, theme.timestamp);
        }
        if self.tag > 0 && head {
            canvas.put(x + self.time, y, self.tag - 2, line.tag, theme.tag(line.tag_index));
        }
        let (at, room) = (x + self.time + self.tag, width.saturating_sub(self.time + self.tag));
        match line.kind {
            LineKind::Gap(missing) => {
                let words = if missing == 1 {
                    "… 1 line not shown".to_owned()
                } else {
                    format!("… {} lines not shown", words::count(missing))
                };
                canvas.put(at, y, room, &words, theme.gap);
            }
            LineKind::Note => {
                canvas.put(at, y, room, &format!("── {}", line.text), theme.gap);
            }
            LineKind::Written(source) => self.draw_text(canvas, state, (at, y, room), line, source, part),
        }
    }

    fn draw_text(
        &self,
        canvas: &mut Canvas<'_>,
        state: &State,
        (mut x, y, room): (u16, u16, u16),
        line: &Line<'_>,
        source: LogSource,
        part: Part,
    ) {
        let theme = canvas.theme;
        let end = x + room;
        let base = match source {
            LogSource::Stdout | LogSource::Console => theme.stdout,
            LogSource::Stderr => theme.stderr,
        };
        let found = match state.logs.searched() {
            Some(pattern) if line.is_match => pattern.ranges(line.text),
            Some(_) | None => Vec::new(),
        };
        let current = state.panes.logs.place.is_some_and(|place| place.cursor == line.number);
        let found_look = if current { theme.found_current } else { theme.found };
        let mut start = 0;
        for (piece, look) in line.pieces() {
            let stop = start + piece.len();
            // Only what is on the screen is cut into pieces; a line may be long.
            let (mut from, to) = (start.max(part.start), stop.min(part.end));
            while from < to && x < end {
                let inside = found.iter().find(|range| range.contains(&from));
                let next = match inside {
                    Some(range) => range.end.min(to),
                    None => found
                        .iter()
                        .map(|range| range.start)
                        .filter(|at| *at > from)
                        .min()
                        .unwrap_or(to)
                        .min(to),
                };
                let look = if inside.is_some() { found_look } else { over(base, canvas.depth.style(look)) };
                let left = end - x;
                let more = next < part.end && text::width(&line.text[from..next]) >= usize::from(left);
                x = if more && !self.wrap {
                    let shown = format!(
                        "{}…",
                        text::head(&line.text[from..next], usize::from(left).saturating_sub(1))
                    );
                    canvas.put(x, y, left, &shown, look);
                    end
                } else {
                    canvas.put(x, y, left, &line.text[from..next], look)
                };
                from = next;
            }
            start = stop;
        }
    }
}

/// The writer's style over the stream's.
fn over(base: TextStyle, own: TextStyle) -> TextStyle {
    TextStyle {
        foreground: own.foreground.or(base.foreground),
        background: own.background.or(base.background),
        bold: own.bold || base.bold,
        dim: own.dim || base.dim,
        italic: own.italic || base.italic,
        underline: own.underline || base.underline,
        reverse: own.reverse || base.reverse,
    }
}
