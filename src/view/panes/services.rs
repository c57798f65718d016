//! Pane 1: stacks, their services and containers, and those without a stack.

mod row;

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::store::fleet::Connection;
use crate::domain::Drift;
use crate::domain::figures::FigureSource;
use crate::domain::safe::TextStyle;
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::Frame;
use crate::view::words;
use ratatui::layout::Rect;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let pane = &state.panes.services;
    let filter = pane.list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text()));
    let marked = format!("{} marked ", pane.marked().len());
    let mut left: Vec<Piece<'_>> = Vec::new();
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
    let running = format!(" {}/{} running ", counts.running, counts.containers);
    let right: Vec<Piece<'_>> = match &away {
        Some(words) => vec![(words, theme.warning)],
        None if state.fleet.is_listed() => vec![(&running, theme.dim)],
        None => Vec::new(),
    };
    let body = Frame::new(PaneId::Services, focused).left(left).right(right).draw(canvas, area);
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
        return explain(canvas, body, words);
    }
    let rows = Rows::of(&pane.list, PaneId::Services, focused, body, 1);
    let columns = row::Columns::within(rows.text_area(rows.first).width);
    for index in rows.shown.clone() {
        if let Some(subject) = pane.list.keys().get(index) {
            row::draw(canvas, state, rows.text_area(index), &columns, subject, pane.depth(index));
        }
        rows.finish(canvas, index);
    }
    if away.is_some() {
        canvas.recede(body, theme.stale);
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
