//! The other face of the logs: each kind of line once, those that are new since the deployment on top.

use super::heading::{self, Word};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::store::patterns::LinePattern;
use crate::config::theme::Theme;
use crate::domain::log::Level;
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::panes::{Rows, explain};
use crate::view::widgets::columns::{Column, widths};
use crate::view::words;
use ratatui::layout::Rect;

/// New or not, level, lines, lines a minute, age of the first, age of the last, the template, who wrote it.
const COLUMNS: [Column; 8] = [
    Column::fixed(1, 0),
    Column::fixed(5, 2),
    Column::between(5, 9, 1),
    Column::fixed(6, 3),
    Column::fixed(5, 4),
    Column::fixed(5, 5),
    Column::between(40, 120, 0),
    Column::between(18, 26, 6),
];
const HEADINGS: [&str; 8] = ["", "level", "lines", "/min", "first", "last", "kind of line", "from"];
/// Columns of figures.
const RIGHT: [usize; 4] = [2, 3, 4, 5];
const NEW: &str = "●";

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let (pane, store) = (&state.panes.patterns, &state.patterns);
    let mut left = heading::subject_words(canvas, state);
    let (news, news_look) = news(canvas, state);
    left.push(Word::fixed(news, news_look));
    if let Some(filter) = &pane.list.filter {
        let look = canvas.theme.accent;
        left.extend([Word::fixed("/", look), Word::typed(filter.text(), look), Word::fixed("/ ", look)]);
    }
    let counts = counts(state);
    let body = heading::frame(canvas, left, [&counts, &counts], area, focused);
    if pane.list.keys().is_empty() {
        let words = match (&pane.list.filter, store.is_behind(&state.logs)) {
            (Some(_), _) => "No kind of line matches the filter.",
            (None, true) => "Reading the lines that are held…",
            (None, false) => "No lines yet.",
        };
        return explain(canvas, body, &[words]);
    }
    let headed = body.height > 3;
    let room = if headed { Rect { y: body.y + 1, height: body.height - 1, ..body } } else { body };
    let rows = Rows::of(&pane.list, PaneId::Logs, focused, room, 1);
    let text = rows.text_area(rows.first);
    let widths = widths(&COLUMNS, text.width);
    if headed {
        let cells = HEADINGS.map(|heading| (heading.to_owned(), canvas.theme.dim));
        draw_cells(canvas, Rect { y: body.y, ..text }, &widths, &cells);
    }
    for index in rows.shown.clone() {
        if let Some(pattern) = pane.list.keys().get(index).and_then(|id| store.get(*id)) {
            let cells = cells(canvas, state, pattern);
            draw_cells(canvas, rows.text_area(index), &widths, &cells);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, pane.list.keys().len());
}

fn cells(canvas: &Canvas<'_>, state: &State, pattern: &LinePattern) -> [(String, TextStyle); 8] {
    let (theme, store) = (canvas.theme, &state.patterns);
    let new = store.is_new(pattern, state.panes.patterns.since);
    let look = level_look(pattern.level, theme);
    let rate = store.per_minute(pattern, canvas.now);
    let mut writers = store.writers(pattern);
    let first = writers.next().map(ToString::to_string).unwrap_or_default();
    let from = match writers.count() {
        0 => first,
        more => format!("{first} +{more}"),
    };
    [
        (if new { NEW } else { "" }.to_owned(), theme.accent),
        (words::optional(pattern.level, |level| level.name().to_owned()), look),
        (words::count(pattern.count), theme.text),
        (words::optional(rate, per_minute), theme.text),
        (words::age(pattern.first, canvas.now), theme.dim),
        (words::age(pattern.last, canvas.now), theme.dim),
        (pattern.text.to_string(), if new { theme.text } else { look_of_old(look, theme) }),
        (from, theme.dim),
    ]
}

fn draw_cells(canvas: &mut Canvas<'_>, area: Rect, widths: &[u16; 8], cells: &[(String, TextStyle); 8]) {
    let mut x = area.x;
    for (at, (content, look)) in cells.iter().enumerate() {
        if RIGHT.contains(&at) {
            canvas.put_right(x, area.y, widths[at], content, *look);
        } else {
            canvas.put(x, area.y, widths[at], content, *look);
        }
        x += widths[at] + u16::from(widths[at] > 0);
    }
}

/// `3 new since the deploy 12m ago`, or why that cannot be told.
fn news(canvas: &Canvas<'_>, state: &State) -> (String, TextStyle) {
    let (pane, store, theme) = (&state.panes.patterns, &state.patterns, canvas.theme);
    let Some(since) = pane.since else { return ("deployed at an unknown time ".to_owned(), theme.warning) };
    let age = words::age(Some(since), canvas.now);
    if store.is_behind(&state.logs) {
        return (format!("deployed {age} ago, reading… "), theme.starting);
    }
    if !store.is_empty() && !store.has_before(since) {
        return (format!("deployed {age} ago, no lines from before "), theme.warning);
    }
    let is_new = |id: &&u64| store.get(**id).is_some_and(|pattern| store.is_new(pattern, pane.since));
    match pane.list.keys().iter().take_while(is_new).count() {
        0 => (format!("nothing new since the deploy {age} ago "), theme.good),
        new => (format!("{new} new since the deploy {age} ago "), theme.accent),
    }
}

fn counts(state: &State) -> String {
    let kinds = words::counted(state.patterns.len(), "kind of line", "kinds of lines");
    match state.patterns.given_up() {
        0 => format!(" {kinds} "),
        given_up => format!(" {} given up  {kinds} ", words::count(given_up)),
    }
}

fn per_minute(rate: f64) -> String {
    match rate {
        rate if rate <= 0.0 => "0".to_owned(),
        rate if rate < 0.05 => "<0.1".to_owned(),
        rate if rate < 9.95 => format!("{rate:.1}"),
        rate if rate < 99_999.5 => format!("{rate:.0}"),
        rate => format!("{:.0}k", rate / 1000.0),
    }
}

fn level_look(level: Option<Level>, theme: &Theme) -> TextStyle {
    match level {
        Some(Level::Fatal | Level::Error) => theme.bad,
        Some(Level::Warn) => theme.warning,
        Some(Level::Info) => theme.info,
        Some(Level::Debug | Level::Trace) | None => theme.dim,
    }
}

/// What is not new is told by the colour of its level at most.
fn look_of_old(look: TextStyle, theme: &Theme) -> TextStyle {
    if look == theme.info || look == theme.dim { theme.dim } else { look }
}

#[cfg(test)]
mod tests {
    use super::per_minute;
    use rstest::rstest;

    #[rstest]
    #[case(0.0, "0")]
    #[case(0.01, "<0.1")]
    #[case(1.25, "1.2")]
    #[case(12.4, "12")]
    #[case(99_999.0, "99999")]
    #[case(1_200_000.0, "1200k")]
    fn rates_fit_their_column(#[case] rate: f64, #[case] expected: &str) {
        assert_eq!(per_minute(rate), expected);
    }
}
