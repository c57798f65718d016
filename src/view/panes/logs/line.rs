//! One line: time, the replica's tag in its colour, the text in the colours its writer gave it, matches on top.

use super::body::Body;
use crate::app::State;
use crate::app::hit::HitTarget;
use crate::app::pane::logs::Times;
use crate::app::store::logs::{Line, LineKind};
use crate::view::canvas::Canvas;
use crate::view::{text, words};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use std::ops::Range;

/// `10:31:04.120`
const TIME: u16 = 12;
/// `10-29 17:15:36`, and `10-29 17:15:36.120` where there is room for it.
const DATED: (u16, &str) = (14, "%m-%d %H:%M:%S");
const DATED_WIDE: (u16, &str) = (18, "%m-%d %H:%M:%S%.3f");
/// From this width on there is.
const WIDE: u16 = 110;
/// `23h59m`
const AGO: u16 = 7;
const TAG_MOST: usize = 22;
/// The end of a folded traceback is left out where there is less room.
const LAST_LEAST: u16 = 12;

pub(super) struct Layout {
    area: Rect,
    zone: TimeZone,
    /// Times are told as how long before this.
    relative_to: Option<Timestamp>,
    today: Date,
    /// How the time of a line of another day is written, where there is one on the screen.
    dated: Option<&'static str>,
    /// 0: no times are shown.
    time: u16,
    /// 0: there is one container only, or no room for tags.
    tag: u16,
    wrap: bool,
    sideways: usize,
}

/// A row of a line: the bytes of its text that stand there.
pub(super) type Part = Range<usize>;

impl Layout {
    pub(super) fn within(canvas: &Canvas<'_>, state: &State, area: Rect) -> Self {
        let pane = &state.panes.logs;
        let time = match pane.times {
            Times::Off => 0,
            _ if area.width < 40 => 0,
            Times::Local | Times::Utc => TIME + 1,
            Times::Relative => AGO + 1,
        };
        let widest = state.logs.tags().map(|tag| text::width(tag)).max().unwrap_or(0).min(TAG_MOST);
        let helps = pane.streams.len() > 1 && area.width >= 50;
        let tag = if helps { u16::try_from(widest).unwrap_or(0) + 2 } else { 0 };
        let zone = if pane.times == Times::Utc { TimeZone::UTC } else { canvas.zone.clone() };
        let relative_to = (pane.times == Times::Relative).then_some(canvas.now);
        let today = canvas.now.to_zoned(zone.clone()).date();
        Self {
            area,
            zone,
            relative_to,
            today,
            dated: None,
            time,
            tag,
            wrap: pane.wrap,
            sideways: pane.sideways,
        }
    }

    /// Whether its time of day alone would tell less than is known.
    pub(super) fn is_of_another_day(&self, line: &Line<'_>) -> bool {
        self.time > 0
            && self.relative_to.is_none()
            && line.time.is_some_and(|time| time.to_zoned(self.zone.clone()).date() != self.today)
    }

    /// With room for the date before the time, for all lines alike.
    pub(super) fn with_dates(self) -> Self {
        let (columns, format) = if self.area.width >= WIDE { DATED_WIDE } else { DATED };
        Self { time: columns + 1, dated: Some(format), ..self }
    }

    fn text_room(&self) -> usize {
        usize::from(self.area.width.saturating_sub(self.time + self.tag)).max(1)
    }

    pub(super) fn rows(&self, line: &Line<'_>) -> usize {
        // A structured line is drawn a little longer than it was written.
        let wraps = self.wrap && text::width(line.text) + 8 > self.text_room();
        if wraps || line.is_open { self.parts(&Body::text(line)).len() } else { 1 }
    }

    /// The rows of a text.
    pub(super) fn parts(&self, written: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut start = 0;
        for row in written.split('\n') {
            if self.wrap {
                self.wrapped(row, start, &mut parts);
            } else {
                let hidden = row.len() - text::skip(row, self.sideways).len();
                parts.push(start + hidden..start + row.len());
            }
            start += row.len() + 1;
        }
        parts
    }

    fn wrapped(&self, row: &str, start: usize, parts: &mut Vec<Part>) {
        let mut at = 0;
        while at < row.len() {
            let taken = text::head(&row[at..], self.text_room()).len();
            // One character wider than the room still has to go somewhere.
            let taken = if taken == 0 { row[at..].chars().next().map_or(1, char::len_utf8) } else { taken };
            parts.push(start + at..start + at + taken);
            at += taken;
        }
        if row.is_empty() {
            parts.push(start..start);
        }
    }

    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        state: &State,
        y: u16,
        line: &Line<'_>,
        row: &Row<'_>,
    ) {
        let theme = canvas.theme;
        let Rect { x, width, .. } = self.area;
        if self.time > 0 && row.is_first {
            let (clock, columns) = (self.clock(line), self.time - 1);
            if self.dated.is_some() && line.time.is_some() {
                // Hours stand below hours.
                canvas.put_right(x, y, columns, &clock, theme.timestamp);
            } else {
                canvas.put(x, y, columns, &clock, theme.timestamp);
            }
        }
        if self.tag > 0 && row.is_first {
            canvas.put(x + self.time, y, self.tag - 2, line.tag, theme.tag(line.tag_index));
        }
        let (at, room) = (x + self.time + self.tag, width.saturating_sub(self.time + self.tag));
        match line.kind {
            LineKind::Gap(1) => {
                canvas.put(at, y, room, "… 1 line not shown", theme.gap);
            }
            LineKind::Gap(missing) => {
                canvas.put(at, y, room, &format!("… {} lines not shown", words::count(missing)), theme.gap);
            }
            LineKind::Note => {
                canvas.put(at, y, room, &format!("── {}", line.text), theme.gap);
            }
            LineKind::Written(_) => {
                let (more, last) = if row.is_last { folded_words(state, line) } else { Default::default() };
                let taken = u16::try_from(text::width(&more)).unwrap_or(0).min(room);
                let end = self.draw_text(canvas, state, (at, y, room - taken), line, row);
                let next = canvas.put(end, y, taken, &more, theme.gap);
                let left = (at + room).saturating_sub(next);
                if left >= LAST_LEAST {
                    canvas.put(next, y, left, &last, row.body.look());
                }
                if taken > 0 {
                    canvas.hit(Rect { x: end, y, width: taken, height: 1 }, HitTarget::LogFold(line.number));
                }
            }
        }
    }

    fn clock(&self, line: &Line<'_>) -> String {
        match (line.time, self.relative_to) {
            (Some(time), Some(now)) => ago(time, now),
            (Some(time), None) => {
                let time = time.to_zoned(self.zone.clone());
                let format = match self.dated {
                    Some(dated) if time.date() != self.today => dated,
                    // As long as its neighbours have it.
                    Some(dated) if dated == DATED.1 => "%H:%M:%S",
                    Some(_) | None => "%H:%M:%S%.3f",
                };
                time.strftime(format).to_string()
            }
            (None, _) => words::ABSENT.to_owned(),
        }
    }

    fn draw_text(
        &self,
        canvas: &mut Canvas<'_>,
        state: &State,
        (mut x, y, room): (u16, u16, u16),
        line: &Line<'_>,
        row: &Row<'_>,
    ) -> u16 {
        let theme = canvas.theme;
        let end = x + room;
        let (written, part) = (&*row.body.text, &row.part);
        let found = match state.logs.searched() {
            Some(pattern) if line.is_match => pattern.ranges(written),
            Some(_) | None => Vec::new(),
        };
        let current = state.panes.logs.place.is_some_and(|place| place.cursor == line.number);
        let found_look = if current { theme.found_current } else { theme.found };
        for (piece, look) in &row.body.pieces {
            // Only what is on the screen is cut into pieces; a line may be long.
            let (mut from, to) = (piece.start.max(part.start), piece.end.min(part.end));
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
                let look = if inside.is_some() { found_look } else { *look };
                let left = end - x;
                let shown = written[from..next].trim_start_matches('\n');
                let more = next < part.end && text::width(shown) >= usize::from(left);
                x = if more && !self.wrap {
                    let shown = format!("{}…", text::head(shown, usize::from(left).saturating_sub(1)));
                    canvas.put(x, y, left, &shown, look);
                    end
                } else {
                    canvas.put(x, y, left, shown, look)
                };
                from = next;
            }
        }
        x
    }
}

/// What is drawn in one row.
pub(super) struct Row<'a> {
    pub(super) body: &'a Body<'a>,
    pub(super) part: Part,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
}

/// ` … +12 lines`, and the last one of Python's traceback, which says what went wrong.
fn folded_words(state: &State, line: &Line<'_>) -> (String, String) {
    if !line.folds || line.is_open {
        return Default::default();
    }
    let members: Vec<u64> = state.logs.members(line.number).collect();
    let text_of = |number: u64| state.logs.line(number).map_or("", |line| line.text);
    let is_traceback = |text: &str| text.starts_with("Traceback (most recent call last)");
    let first = members.first().copied().map_or("", text_of);
    let last = if is_traceback(line.text) || is_traceback(first) {
        members.last().copied().map_or("", text_of)
    } else {
        ""
    };
    let words = match members.len() {
        0 => String::new(),
        1 => " … +1 line".to_owned(),
        more => format!(" … +{more} lines"),
    };
    (words, format!("  {}", last.trim_start()))
}

/// `12s`, `4m05s`, `3h12m`, `2d04h`: how long before now.
fn ago(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}
