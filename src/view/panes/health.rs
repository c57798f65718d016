//! Pane 4: the checks, the worst first, and all that is known of the selected one.

mod detail;
mod history;

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::health::BesideDocker;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{CheckId, CheckReport, Verdict, units};
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::widgets::columns::{Column, widths};
use crate::view::{text, words};
use ratatui::layout::Rect;

/// Our verdict, Docker's beside it, service, the stack where there are several, what was asked and what came of it, history, latency or the time it has
/// been so.
const COLUMNS: [Column; 7] = [
    Column::fixed(1, 0),
    Column::fixed(2, 4),
    Column::between(12, 22, 0),
    Column::fixed(0, 2),
    Column::between(17, 60, 1),
    Column::between(10, 60, 5),
    Column::fixed(6, 3),
];
/// Of a stack's name so much tells it from others, mostly.
const STACK: u16 = 8;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let list = &state.panes.health.list;
    let mut frame = Frame::new(PaneId::Health, focused);
    let filter = list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text()));
    if let Some(filter) = &filter {
        frame = frame.left([(filter.as_str(), theme.accent)]);
    }
    let body = frame.draw(canvas, area);
    if list.keys().is_empty() {
        let words = match (&list.filter, state.fleet.is_listed()) {
            (Some(_), _) => "No check matches the filter.",
            (None, false) => "No checks yet.",
            (None, true) => "No stack here names checks, and no container has one of its own.",
        };
        return explain(canvas, body, &[words]);
    }
    let selected = list.selected().filter(|_| focused).and_then(|id| state.health.get(id));
    let detail = selected.and_then(|report| detail::Detail::of(state, report, body));
    let below = detail.as_ref().map_or(0, detail::Detail::height);
    let (body, rest) = (
        Rect { height: body.height - below, ..body },
        Rect { y: body.bottom() - below, height: below, ..body },
    );
    if let Some(detail) = &detail {
        detail.draw(canvas, state, rest);
    }
    let rows = Rows::of(list, PaneId::Health, focused, body, 1);
    // Where nobody moves the cursor, what fails is what the pane is there for.
    let rows = if focused { rows } else { rows.at_the_top(list.keys().len()) };
    let longest = |name: fn(&CheckId) -> &str| {
        let widths = list.keys().iter().map(|id| text::width(name(id)));
        u16::try_from(widths.max().unwrap_or(0)).unwrap_or(u16::MAX)
    };
    let service_room = longest(|id| &id.service).clamp(12, 24);
    let several = state.tree.stacks_created() > 1;
    let stack_room = if several { longest(|id| &id.stack).min(20) } else { 0 };
    for index in rows.shown.clone() {
        if let Some(report) = list.keys().get(index).and_then(|id| state.health.get(id)) {
            draw_report(canvas, state, rows.text_area(index), report, (service_room, stack_room));
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

fn draw_report(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    report: &CheckReport,
    (service_room, stack_room): (u16, u16),
) {
    let theme = canvas.theme;
    let mut columns = COLUMNS;
    columns[2].most = service_room;
    columns[3] = Column::between(stack_room.min(STACK), stack_room, columns[3].rank);
    let widths = widths(&columns, area.width);
    let mut x = area.x;
    let mut next = |at: usize| {
        let here = x;
        x += widths[at] + u16::from(widths[at] > 0);
        (here, area.y, widths[at])
    };
    let (symbol, look) = words::verdict(report.verdict, theme);
    let (at, y, room) = next(0);
    canvas.put(at, y, room, symbol, look);
    let beside = BesideDocker::of(&state.fleet, report);
    let (at, y, room) = next(1);
    if let Some(health) = beside.health {
        let (symbol, look) = words::health(health, theme);
        // As long as the two agree, Docker's says nothing new.
        let look = if beside.disagrees { look } else { theme.dim };
        canvas.pieces(at, y, room, &[("D", theme.dim), (symbol, look)]);
    }
    let (at, y, room) = next(2);
    canvas.put(at, y, room, &report.id.service, theme.text);
    let (at, y, room) = next(3);
    canvas.put(at, y, room, &report.id.stack, theme.dim);
    let (at, y, room) = next(4);
    let (message, message_look) = match (report.verdict, report.latency) {
        // How fast it answers stands at the end of the row, and says more; not so of how many replicas there are.
        (Verdict::Up, Some(_)) if report.replicas.len() < 2 => ("", theme.dim),
        (Verdict::Up, _) => (report.message.as_str(), theme.dim),
        (Verdict::Down | Verdict::Degraded | Verdict::Starting | Verdict::Unknown, _) => {
            (report.message.as_str(), look)
        }
    };
    let flapping = if report.flapping { "flapping " } else { "" };
    let disagrees = if beside.disagrees { "≠ Docker " } else { "" };
    let pieces = [
        (report.label.as_str(), theme.dim),
        (" ", theme.dim),
        (flapping, theme.warning),
        (disagrees, theme.warning),
        (message, message_look),
    ];
    canvas.pieces(at, y, room, &pieces);
    let (at, y, room) = next(5);
    history::draw(canvas, at, y, room, &report.history);
    let (at, y, room) = next(6);
    let (figure, look) = figure(report, canvas);
    canvas.put_right(at, y, room, &figure, look);
}

/// How fast a healthy one answers; since when another one is as it is.
fn figure(report: &CheckReport, canvas: &Canvas<'_>) -> (String, TextStyle) {
    let theme = canvas.theme;
    match (report.verdict, report.latency) {
        (Verdict::Up, Some(latency)) => (units::duration(latency), theme.text),
        (Verdict::Up, None) => (String::new(), theme.dim),
        (Verdict::Down | Verdict::Degraded | Verdict::Starting | Verdict::Unknown, _) => {
            (words::age(report.since, canvas.now), theme.dim)
        }
    }
}

/// One line that stands for the pane where it has no room.
pub(in crate::view) fn strip(state: &State, theme: &Theme) -> Vec<(String, TextStyle)> {
    let reports = || state.panes.health.list.keys().iter().filter_map(|id| state.health.get(id));
    let all = reports().count();
    if all == 0 {
        return vec![("no checks".to_owned(), theme.dim)];
    }
    let up = reports().filter(|report| report.verdict == Verdict::Up).count();
    let mut pieces = vec![(format!("{up}/{all} up   "), if up == all { theme.good } else { theme.text })];
    for report in reports().filter(|report| report.verdict != Verdict::Up) {
        let (symbol, look) = words::verdict(report.verdict, theme);
        pieces.push((format!("{symbol} {} ", report.id.service), look));
        pieces.push((format!("{} {}   ", report.label, report.message), theme.dim));
    }
    pieces
}
