//! Pane 3: the lines that are on the screen, of however many there are.

mod body;
mod line;
mod patterns;
mod previous;

use super::explain;
use crate::app::State;
use crate::app::hit::{HitTarget, LogWindow};
use crate::app::pane::PaneId;
use crate::app::pane::logs::{Older, Previous, Times};
use crate::app::store::logs::{Line, LineKind, LogStore};
use crate::app::tree::Subject;
use crate::domain::log::Level;
use crate::domain::units;
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::{Frame, scrollbar};
use crate::view::words;
use body::Body;
use line::{Layout, Row};
use ratatui::layout::Rect;
use std::fmt::Write as _;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    if state.panes.patterns.is_open {
        return patterns::draw(canvas, state, area, focused);
    }
    let theme = canvas.theme;
    let pane = &state.panes.logs;
    let run = pane.previous.as_ref().map(|previous| previous_words(state, previous));
    let title = run.clone().unwrap_or_else(|| subject_words(state));
    let away = state.fleet.stale_since().is_some();
    let (following, follow_look) = match (pane.is_following(), pane.unseen(&state.logs)) {
        (true, _) if away => ("daemon away ".to_owned(), theme.warning),
        (true, _) => ("following ".to_owned(), theme.good),
        (false, 0) => ("paused ".to_owned(), theme.warning),
        (false, unseen) => (format!("paused, {} new ", words::count(unseen)), theme.warning),
    };
    let filters = filter_words(state);
    let search = search_words(state);
    let mut left: Vec<Piece<'_>> = vec![(&title, theme.text)];
    if !pane.subjects().is_empty() && run.is_none() {
        left.push((&following, follow_look));
    }
    let older = older_words(state);
    if let Some(older) = &older {
        left.push((older, theme.dim));
    }
    let left_out = format!("{} left out ", words::counted(pane.left_out, "container", "containers"));
    if pane.left_out > 0 {
        left.push((&left_out, theme.warning));
    }
    let times = match pane.times {
        Times::Utc => "UTC ",
        Times::Relative => "time ago ",
        Times::Off => "no times ",
        Times::Local => "",
    };
    left.push((times, theme.dim));
    if !filters.is_empty() {
        left.push((&filters, theme.accent));
    }
    if let Some(search) = &search {
        left.push((search, theme.accent));
    }
    let counts = count_words(state);
    let body =
        Frame::new(PaneId::Logs, focused).left(left).right([(counts.as_str(), theme.dim)]).draw(canvas, area);
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
    let layout = Layout::within(canvas, state, Rect { x: body.x + 1, width: body.width - 2, ..body });
    let first = match pane.place {
        Some(place) => place.top.max(logs.first()),
        None => first_of_the_end(state, &layout, body.height),
    };
    let cursor = pane.place.map(|place| place.cursor);
    let mut y = body.y;
    let (mut last, mut drawn, mut hidden) = (first, 0, 0);
    for line in shown_from(logs, first) {
        if y >= body.bottom() {
            break;
        }
        drawn += 1;
        let skipped = match pane.place {
            _ if line.number != first => 0,
            Some(place) => place.skip,
            // The last screenful may begin in the middle of a wrapped line.
            None => layout.rows_from(logs, first).saturating_sub(usize::from(body.height)),
        };
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
    canvas.hits.log_window = Some(LogWindow { first, last, is_full: y >= body.bottom(), hidden });
    let as_rows = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let before = logs.shown_in(logs.first()..first);
    scrollbar(canvas, body, as_rows(before), drawn, as_rows(logs.shown()));
}

fn shown_from(logs: &LogStore, first: u64) -> impl Iterator<Item = Line<'_>> {
    let numbers = std::iter::successors(logs.shown_from(first), |number| logs.shown_from(number + 1));
    numbers.filter_map(|number| logs.line(number))
}

/// The first line of the last screenful.
fn first_of_the_end(state: &State, layout: &Layout, rows: u16) -> u64 {
    let logs = &state.logs;
    let mut first = logs.end();
    let mut filled = 0;
    while let Some(before) = first.checked_sub(1).and_then(|before| logs.shown_up_to(before))
        && filled < usize::from(rows)
    {
        first = before;
        filled += logs.line(first).map_or(1, |line| layout.rows(&line));
    }
    first
}

/// Whose lines these are: `mcp-inference ×3`.
fn subject_words(state: &State) -> String {
    let pane = &state.panes.logs;
    if !pane.set.is_empty() {
        return format!("{} marked ×{}   ", pane.set.len(), pane.streams.len());
    }
    let Some(subject) = &pane.subject else { return String::new() };
    let name = match subject {
        Subject::Stack(project) => project.clone(),
        Subject::Service { service, .. } => service.clone(),
        Subject::Container(id) => match state.tree.container(id) {
            Some(node) => node.tag.to_string(),
            None => id.short().to_owned(),
        },
        Subject::Loose => "containers without a stack".to_owned(),
    };
    let name = crate::domain::Safe::new(name);
    let replicas = pane.streams.len();
    if replicas > 1 { format!("{name} ×{replicas}   ") } else { format!("{name}   ") }
}

/// `mcp-api-1 ended with 137, out of memory   run 2 of 5`
fn previous_words(state: &State, previous: &Previous) -> String {
    let runs = previous.list.keys().len();
    let open = previous.open.and_then(|run| state.previous.get(run));
    match (open, previous.list.index()) {
        (Some(run), Some(index)) => {
            format!("{} ended with {}   run {} of {runs}   ", run.name, run.ending(), index + 1)
        }
        (Some(_), None) | (None, _) => format!("{}previous runs   ", subject_words(state)),
    }
}

/// What there is to say of the lines before those that are held.
fn older_words(state: &State) -> Option<String> {
    let (pane, logs) = (&state.panes.logs, &state.logs);
    let is_under_way = matches!(pane.older, Older::Fetching(_));
    let is_above = pane.place.is_none_or(|place| place.top > logs.first());
    if pane.previous.is_some() || (!is_under_way && is_above) {
        return None;
    }
    let words = match &pane.older {
        Older::Unasked => return None,
        Older::Fetching(_) => "fetching older lines…".to_owned(),
        Older::None => "the log begins here".to_owned(),
        Older::NoRoom => format!("the ring is full ({})", units::bytes(logs.limit() as u64)),
        Older::Failed(fault) => format!("older lines: {fault}"),
    };
    Some(format!("↑ {words} "))
}

/// `/cuda|error/ 18 of 204`: the match the reader is on or has passed, when there is one.
fn search_words(state: &State) -> Option<String> {
    let logs = &state.logs;
    let pattern = logs.searched()?;
    let more = if logs.is_searching() { "+" } else { "" };
    let found = match (logs.matches(), state.panes.logs.place) {
        (0, _) if !logs.is_searching() => "not found".to_owned(),
        (all, Some(place)) if all > 0 => {
            format!("{} of {}{more}", words::count(logs.matches_up_to(place.cursor)), words::count(all))
        }
        (all, _) => format!("{}{more} found", words::count(all)),
    };
    Some(format!("  /{}/ {found} ", pattern.text()))
}

/// `&cuda !healthz 43 %`, the newest one last.
fn filter_words(state: &State) -> String {
    let logs = &state.logs;
    let mut words = String::new();
    let least = logs.filters().least;
    if least > Level::Trace {
        words.push_str(least.name());
        words.push_str(if least == Level::Fatal { " " } else { "+ " });
    }
    for filter in &logs.filters().list {
        words.push_str(if filter.keeps { "&" } else { "!" });
        words.push_str(filter.pattern.text());
        words.push(' ');
    }
    if let Some(percent) = logs.sifted() {
        // Writing to a string does not fail.
        let _ = write!(words, "{percent} % ");
    }
    words
}

/// How many lines there are to read, of how many, and how many are lost.
fn count_words(state: &State) -> String {
    let logs = &state.logs;
    let all = words::count(logs.len());
    let mut words = match logs.len() {
        1 => " 1 line ".to_owned(),
        held if logs.kept() < held => format!(" {} of {all} ", words::count(logs.kept())),
        _ => format!(" {all} lines "),
    };
    if logs.dropped() > 0 {
        words = format!(" {} lost {words}", words::count(logs.dropped()));
    }
    words
}
