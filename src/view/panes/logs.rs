//! Pane 3: the lines that are on the screen, of however many there are.

mod body;
mod heading;
mod line;
mod patterns;
mod previous;
mod start;

use super::explain;
use crate::app::State;
use crate::app::hit::{HitTarget, LogWindow};
use crate::app::store::logs::{Line, LineKind, LogStore};
use crate::view::canvas::{Canvas, screen_rect};
use crate::view::frame::scrollbar;
use body::Body;
use line::{Layout, Row};
use ratatui::layout::Rect;
use start::start;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    if state.panes.patterns.is_open {
        return patterns::draw(canvas, state, area, focused);
    }
    let pane = &state.panes.logs;
    let body = heading::draw(canvas, state, area, focused);
    if let Some(list) = pane.previous.as_ref().filter(|previous| previous.open.is_none()) {
        return previous::draw(canvas, state, list, body, focused);
    }
    if state.logs.is_empty() {
        let words = match pane.subjects().first() {
            None => "Select a stack, a service or a container to read its logs.",
            Some(_) if pane.streams.is_empty() => "It has no container, so it has no logs.",
            Some(_) => "No lines yet.",
        };
        return explain(canvas, body, &[words]);
    }
    if state.logs.shown() == 0 {
        let words = match state.logs.sifted() {
            Some(percent) => format!("Looking for lines that the filters keep … {percent} %"),
            None => "No line is left by the filters; esc lifts the newest one.".to_owned(),
        };
        return explain(canvas, body, &[&words]);
    }
    if body.width > 2 && body.height > 0 {
        draw_lines(canvas, state, body, focused);
    }
}

fn draw_lines(canvas: &mut Canvas<'_>, state: &State, body: Rect, focused: bool) {
    let pane = &state.panes.logs;
    let logs = &state.logs;
    let area = Rect { x: body.x + 1, width: body.width - 2, ..body };
    let start_in = |layout: &Layout| start(logs, layout, pane.place, usize::from(body.height));
    let mut layout = Layout::within(canvas, state, area);
    let mut begins = start_in(&layout);
    let mut lines = shown_from(logs, begins.first).take(usize::from(body.height));
    if lines.any(|line| layout.is_of_another_day(&line)) {
        layout = layout.with_dates();
        begins = start_in(&layout);
    }
    let first = begins.first;
    let cursor = pane.place.map(|place| place.cursor);
    let mut y = body.y;
    let (mut last, mut drawn, mut hidden) = (first, 0, 0);
    for line in shown_from(logs, first) {
        if y >= body.bottom() {
            break;
        }
        drawn += 1;
        let skipped = if line.number == first { begins.skip } else { 0 };
        let drawn_body = match line.kind {
            LineKind::Written(source) => Body::new(&line, source, canvas.theme, canvas.depth),
            LineKind::Gap(_) | LineKind::Note => Body::default(),
        };
        let parts = layout.parts(&drawn_body.text);
        let (skipped, all) = (skipped.min(parts.len() - 1), parts.len());
        let rows = u16::try_from(all - skipped).unwrap_or(u16::MAX).min(body.bottom() - y);
        let area = Rect { x: body.x, y, width: body.width, height: rows };
        canvas.hit(area, HitTarget::LogLine(line.number));
        if cursor == Some(line.number) {
            // The cursor lies below the text, lest it hide what a search found.
            let theme = canvas.theme;
            canvas.paint(area, if focused { theme.selection } else { theme.selection_unfocused });
            canvas.hits.cursor = Some(screen_rect(area)).filter(|_| focused).or(canvas.hits.cursor);
        }
        if pane.marked.contains(&line.number) {
            canvas.put(body.x, y, 1, "▌", canvas.theme.accent);
        }
        for (at, part) in parts.into_iter().enumerate().skip(skipped).take(usize::from(rows)) {
            let row = Row { body: &drawn_body, part, is_first: at == 0, is_last: at + 1 == all };
            layout.draw(canvas, state, y, &line, &row);
            y += 1;
        }
        last = line.number;
        hidden = all - skipped - usize::from(rows);
    }
    if pane.previous.is_none() && state.fleet.stale_since().is_some() {
        // Nothing follows them for now; the cursor's background stays.
        canvas.recede(body, canvas.theme.stale);
    }
    let (skip, is_full) = (begins.skip, y >= body.bottom());
    canvas.hits.log_window = Some(LogWindow { first, skip, last, is_full, hidden, cursor });
    let as_rows = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let before = logs.shown_in(logs.first()..first);
    scrollbar(canvas, body, as_rows(before), drawn, as_rows(logs.shown()));
}

fn shown_from(logs: &LogStore, first: u64) -> impl Iterator<Item = Line<'_>> {
    let numbers = std::iter::successors(logs.shown_from(first), |number| logs.shown_from(number + 1));
    numbers.filter_map(|number| logs.line(number))
}
