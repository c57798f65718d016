//! Pane 5: what is wrong, one line each, and what shows and mends the selected one; in their place the finding that is
//! opened, or the timeline.

mod opened;
mod timeline;
mod told;

use super::Rows;
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::store::findings::{Finding, Incident, Severity};
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{Safe, units};
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::widgets::columns::{Column, widths};
use crate::view::{text, words};
use jiff::Timestamp;
use ratatui::layout::Rect;
use std::time::Duration;

/// What a title has of a row before the stack's name has anything.
const TITLE: u16 = 56;

/// Severity, title, whose it is where there are several stacks and room for it, how many others it explains, since when.
fn columns(state: &State, room: u16) -> [Column; 5] {
    let named = state.findings.findings().iter().filter_map(|finding| finding.about.stack.as_deref());
    let longest = named.map(text::width).max().unwrap_or(0);
    let stack = u16::try_from(longest).unwrap_or(u16::MAX).min(room / 5);
    let has_room = room >= TITLE + stack + 14;
    let stack = if has_room && state.tree.stacks_created() > 1 { stack } else { 0 };
    let title = Column::between(20, 240, 0);
    [Column::fixed(1, 0), title, Column::fixed(stack, 3), Column::fixed(3, 2), Column::fixed(5, 1)]
}

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let pane = &state.panes.findings;
    if let Some(open) = &pane.open
        && let Some(incident) = state.findings.incident(&open.id)
    {
        return opened::draw(canvas, state, area, focused, (open, incident));
    }
    if let Some(timeline) = &pane.timeline {
        return timeline::draw(canvas, state, area, focused, timeline);
    }
    let body = frame(canvas, state, area, focused);
    let list = &pane.list;
    if list.keys().is_empty() {
        return nothing(canvas, state, body);
    }
    let findings: Vec<&Finding> = list.keys().iter().filter_map(|id| state.findings.get(id)).collect();
    let below = below(canvas, state, body, findings.len());
    let height = u16::try_from(below.len()).unwrap_or(body.height).min(body.height);
    let listed = u16::try_from(findings.len()).unwrap_or(u16::MAX).min(body.height - height);
    let rows = Rows::of(list, PaneId::Findings, focused, Rect { height: listed, ..body }, 1);
    for index in rows.shown.clone() {
        if let Some(finding) = findings.get(index) {
            draw_row(canvas, state, rows.text_area(index), finding);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, findings.len());
    // A blank line between the two, where there is one to spare.
    let gap = u16::from(body.height > listed + height);
    told::draw(canvas, Rect { y: body.y + listed + gap, height, ..body }, &below);
}

fn frame(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) -> Rect {
    let theme = canvas.theme;
    let filter = state.panes.findings.list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text()));
    let acknowledged = match state.findings.acknowledged() {
        0 => String::new(),
        count => format!("{count} acknowledged "),
    };
    let mut frame = Frame::new(PaneId::Findings, focused);
    if let Some(filter) = &filter {
        frame = frame.left([(filter.as_str(), theme.accent)]);
    }
    if !acknowledged.is_empty() {
        frame = frame.left([(acknowledged.as_str(), theme.dim)]);
    }
    frame.draw(canvas, area)
}

fn nothing(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let theme = canvas.theme;
    let (mark, words) = match (&state.panes.findings.list.filter, state.fleet.is_listed()) {
        (Some(_), _) => ("", "No finding matches the filter."),
        (None, true) => ("✓ ", "Nothing wrong that the rules know of."),
        (None, false) => ("", "Nothing known yet."),
    };
    let pieces = [(mark, theme.good), (words, theme.dim)];
    canvas.pieces(body.x + 1, body.y, body.width.saturating_sub(2), &pieces);
}

/// What is told of the selected finding below the list: as much as has room once each finding has its line, and of a
/// long list a third.
fn below(canvas: &Canvas<'_>, state: &State, body: Rect, findings: usize) -> Vec<told::Line> {
    let rows = usize::from(body.height);
    let room = rows.saturating_sub(findings).max(rows / 3);
    let selected = state.panes.findings.list.selected().and_then(|id| state.findings.incident(id));
    let Some(incident) = selected.filter(|_| room > 0 && rows > 1) else { return Vec::new() };
    let columns = body.width.saturating_sub(2);
    let cut = text::width(&incident.finding.title)
        > usize::from(widths(&self::columns(state, columns), columns)[1]);
    told::in_short(canvas, state, &incident.finding, columns, (room, cut))
}

fn draw_row(canvas: &mut Canvas<'_>, state: &State, area: Rect, finding: &Finding) {
    let theme = canvas.theme;
    let widths = widths(&columns(state, area.width), area.width);
    let (symbol, look) = mark(finding.severity, theme);
    let acknowledged = state.findings.is_acknowledged(&finding.id);
    let (look, title) = if acknowledged { (theme.dim, theme.dim) } else { (look, theme.text) };
    let since = state.findings.incident(&finding.id).and_then(Incident::since);
    let explains = match finding.explains.len() {
        0 => String::new(),
        count => format!("+{count}"),
    };
    let cells = [
        (symbol.to_owned(), look),
        (finding.title.to_string(), title),
        (Safe::new(finding.about.stack.as_deref().unwrap_or_default()).to_string(), theme.dim),
        (explains, theme.dim),
        (age(since, canvas.now), theme.dim),
    ];
    let mut x = area.x;
    for (at, (content, look)) in cells.iter().enumerate() {
        // The last ones stand at the right end, whatever room the title has.
        let right = |at: usize| widths[at..].iter().map(|width| width + u16::from(*width > 0)).sum::<u16>();
        let x_of = |at: usize| (area.right() + 1).saturating_sub(right(at));
        match at {
            2..=4 => canvas.put_right(x_of(at), area.y, widths[at], content, *look),
            _ => drop(canvas.put(x, area.y, widths[at], content, *look)),
        }
        x += widths[at] + u16::from(widths[at] > 0);
    }
}

/// `4m`; what has begun this second is new.
fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    match since {
        Some(since) if units::since(since, now) < Duration::from_secs(1) => "new".to_owned(),
        since => words::age(since, now),
    }
}

fn mark(severity: Severity, theme: &Theme) -> (&'static str, TextStyle) {
    match severity {
        Severity::Critical => ("✗", theme.bad),
        Severity::Warning => ("⚠", theme.warning),
    }
}

/// One line that stands for the pane where it has no room.
pub(in crate::view) fn strip(state: &State, theme: &Theme) -> Vec<(String, TextStyle)> {
    let findings = state.findings.findings();
    let Some(first) = findings.first() else {
        let words = if state.fleet.is_listed() {
            "nothing wrong that the rules know of"
        } else {
            "nothing known yet"
        };
        return vec![(words.to_owned(), theme.dim)];
    };
    let acknowledged = state.findings.acknowledged();
    let mut pieces = Vec::new();
    if findings.len() > 1 {
        pieces.push((format!("{}   ", findings.len() - acknowledged), theme.text));
    }
    if acknowledged > 0 {
        pieces.push((format!("{acknowledged} acknowledged   "), theme.dim));
    }
    let (symbol, look) = mark(first.severity, theme);
    let dim = state.findings.is_acknowledged(&first.id);
    let (look, title) = if dim { (theme.dim, theme.dim) } else { (look, theme.text) };
    pieces.extend([(format!("{symbol} "), look), (first.title.to_string(), title)]);
    pieces
}
