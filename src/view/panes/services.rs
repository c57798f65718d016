//! Pane 1: stacks, their services and containers, and those without a stack.

mod cells;
mod columns;
mod graphs;
mod heading;
mod row;

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::store::fleet::Connection;
use crate::app::tree::StackNode;
use crate::domain::Drift;
use crate::domain::figures::FigureSource;
use crate::domain::safe::TextStyle;
use crate::view::canvas::{Canvas, Piece, screen_rect};
use crate::view::frame::Frame;
use crate::view::screen::has_gpus;
use crate::view::{text, words};
use columns::{Columns, Headings};
use ratatui::layout::Rect;

/// From this width on the columns have names.
const WIDE_PANE: u16 = 110;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let pane = &state.panes.services;
    let filter = pane.list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text()));
    let marked = format!("{} marked ", pane.marked().len());
    let order = pane.order().map(|order| format!("{}{} ", heading::mark(order), order.column.name()));
    let mut left: Vec<Piece<'_>> = Vec::new();
    if let Some(order) = &order {
        left.push((order, theme.accent));
    }
    if let Some(filter) = &filter {
        left.push((filter, theme.accent));
    }
    if pane.marked().len() > 0 {
        left.push((&marked, theme.accent));
    }
    let away = stale(canvas, state, usize::from(area.width).saturating_sub(20));
    // What counts when all of it is old is since when.
    let drifts: Vec<(String, TextStyle)> = [Drift::Changed, Drift::ImageNewer, Drift::Orphan]
        .into_iter()
        .filter(|_| away.is_none())
        .filter_map(|drift| {
            let count = state.tree.drifting(drift);
            let (symbol, look) = words::drift(drift, theme);
            (count > 0).then(|| (format!("{symbol} {count} {} ", drift.word()), look))
        })
        .collect();
    left.extend(drifts.iter().map(|(words, look)| (words.as_str(), *look)));
    let source = source(state);
    left.extend(source.iter().map(|words| (words.as_str(), theme.dim)));
    let counts = state.tree.counts();
    let (running, all) = (counts.running, counts.containers);
    let whole = format!(" {running}/{all} containers run ");
    let taken: usize = left.iter().map(|(words, _)| text::width(words)).sum();
    // The frame's corners, its number and title, and the line that is seen between what is left and what is right.
    let fits = taken + text::width(&whole) + 16 <= usize::from(area.width);
    let running = if fits { whole } else { format!(" {running}/{all} run ") };
    let right: Vec<Piece<'_>> = match &away {
        Some(words) => vec![(words, theme.warning)],
        None if state.fleet.is_listed() => vec![(&running, theme.dim)],
        None => Vec::new(),
    };
    let inner = Frame::new(PaneId::Services, focused).left(left).right(right).draw(canvas, area);
    if pane.list.keys().is_empty() {
        let words: &[&str] = match (state.fleet.is_listed(), &pane.list.filter) {
            (false, _) => &["Waiting for the daemon's list…"],
            (true, Some(_)) => &["Nothing matches the filter."],
            (true, None) => &[
                "No containers, and no stacks in the search path.",
                "",
                "A stack is a directory stacks/NAME with a compose.yaml.",
            ],
        };
        return explain(canvas, inner, words);
    }
    let below = if state.shows_graphs() { graphs::area(inner) } else { None };
    let body = below.map_or(inner, |below| Rect { height: below.y - inner.y, ..inner });
    let (heads, body) = heads(body, state.zoomed);
    canvas.hits.set_rows(PaneId::Services, screen_rect(body));
    let rows = Rows::of(&pane.list, PaneId::Services, focused, body, 1);
    let text = rows.text_area(rows.first);
    let headings = match (heads, state.zoomed) {
        (None, _) => Headings::None,
        (Some(_), false) => Headings::Wide,
        (Some(_), true) => Headings::Zoomed,
    };
    let columns = Columns::within(text.width, headings, has_gpus(state), longest_name(state));
    canvas.hits.columns = columns.shown().collect();
    if let Some(heads) = heads {
        heading::draw(canvas, Rect { y: heads.y, height: 1, ..text }, &columns, pane.order());
        row::draw_all(canvas, state, Rect { y: body.bottom(), height: 1, ..text }, &columns);
    }
    if let Some(below) = below {
        graphs::draw(canvas, state, below);
    }
    for index in rows.shown.clone() {
        if let Some(subject) = pane.list.keys().get(index) {
            row::draw(canvas, state, rows.text_area(index), &columns, subject, pane.depth(index));
        }
        rows.finish(canvas, index);
    }
    if away.is_some() {
        canvas.recede(inner, theme.stale);
        // The cursor has to be found even so.
        if let Some(selected) = rows.selected.filter(|index| rows.shown.contains(index)) {
            rows.finish(canvas, selected);
        }
    }
    rows.scrollbar(canvas, pane.list.keys().len());
}

/// Where the figures come from, when it is not this host's files. The daemon is asked so seldom to spare it.
fn source(state: &State) -> Option<String> {
    let seconds = FigureSource::StatsApi.interval().as_secs();
    match (state.figures.asked(), state.figures.len()) {
        (0, _) => None,
        _ if state.is_simulated() => Some("stats API ".to_owned()),
        (asked, all) if asked == all => Some(format!("stats API, every {seconds} s ")),
        (asked, _) => Some(format!("{asked} by stats API, every {seconds} s ")),
    }
}

/// The line of the columns' names, with one for all containers below the rows, where both are worth their room.
fn heads(body: Rect, zoomed: bool) -> (Option<Rect>, Rect) {
    let worth = if zoomed { body.height >= 8 } else { body.height >= 16 && body.width >= WIDE_PANE };
    if !worth {
        return (None, body);
    }
    let rows = Rect { y: body.y + 1, height: body.height - 2, ..body };
    (Some(Rect { height: 1, ..body }), rows)
}

/// `stale 12s: connection refused`, while the daemon is away.
pub(in crate::view) fn stale(canvas: &Canvas<'_>, state: &State, room: usize) -> Option<String> {
    match state.fleet.connection() {
        Connection::Connecting | Connection::Connected => None,
        Connection::Lost { fault, since, .. } => {
            let cause = fault.causes.last().map_or_else(|| fault.operation.clone(), Clone::clone);
            let words = format!(
                " stale {}: {}",
                words::age(Some(*since), canvas.now),
                crate::domain::Safe::new(cause)
            );
            Some(format!("{} ", crate::view::text::fit(&words, room.saturating_sub(1))))
        }
    }
}

/// The columns of the longest name of a stack or a service, with what stands before it.
fn longest_name(state: &State) -> u16 {
    // A mark and a blank; services are one step further in, and a star says that one is marked.
    const AROUND_STACK: usize = 3;
    const AROUND_SERVICE: usize = 5;
    let of_stack = |stack: &StackNode| {
        let services = stack.services.iter().map(|service| text::width(&service.name) + AROUND_SERVICE);
        services.max().unwrap_or_default().max(text::width(&stack.name) + AROUND_STACK)
    };
    let longest = state.tree.stacks.iter().map(of_stack).max().unwrap_or_default();
    u16::try_from(longest).unwrap_or(u16::MAX)
}
