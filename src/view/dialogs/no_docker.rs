//! The screen while no daemon was ever reached: what was tried, why it failed, and what can be done.

use super::card::{self, Line};
use super::confirm::fault_lines;
use crate::app::State;
use crate::app::store::fleet::Connection;
use crate::domain::safe::TextStyle;
use crate::domain::{Fault, FaultKind, Safe};
use crate::view::canvas::Canvas;
use jiff::Timestamp;
use ratatui::layout::Rect;

const WIDEST: u16 = 84;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, fault: &Fault) {
    let theme = canvas.theme;
    let width = WIDEST.min(area.width);
    let columns = width.saturating_sub(4);
    let strong = TextStyle { bold: true, ..theme.text };
    let mut lines: Vec<Line> = vec![vec![(headline(fault.kind).to_owned(), strong)], Vec::new()];
    lines.extend(fault_lines(fault, theme, columns));
    if !state.tried.is_empty() {
        lines.push(Vec::new());
        lines.push(vec![("Looked at".to_owned(), theme.title)]);
        for tried in &state.tried {
            lines.extend(card::wrapped(&format!("· {tried}"), columns, theme.dim));
        }
    }
    lines.push(Vec::new());
    lines.push(retry_line(canvas, state));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = card::place(area, width, height);
    let title = state.endpoint.clone();
    let title = if title.is_empty() { Safe::new("Docker") } else { title };
    let inside = card::open(canvas, place, &title, theme.bad, theme.title);
    card::lines(canvas, inside, &lines);
}

fn headline(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Permission => "Docker is there, but you may not talk to it.",
        FaultKind::Timeout => "Docker does not answer.",
        FaultKind::Unreachable
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Invalid
        | FaultKind::Exhausted
        | FaultKind::Refused
        | FaultKind::Locked
        | FaultKind::Cancelled
        | FaultKind::Internal => "Docker cannot be reached.",
    }
}

fn retry_line(canvas: &Canvas<'_>, state: &State) -> Line {
    let theme = canvas.theme;
    let Connection::Lost { retry_at, .. } = state.fleet.connection() else { return Vec::new() };
    let words = match seconds_until(*retry_at, canvas.now) {
        0 => "Trying again now.".to_owned(),
        seconds => format!("Trying again in {seconds}s."),
    };
    vec![(words, theme.dim)]
}

fn seconds_until(then: Timestamp, now: Timestamp) -> i64 {
    then.duration_since(now).as_secs().max(0)
}
