//! What happened, the newest last: when, what, to whom or by whom.

use super::told::clock;
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::findings::TimelineList;
use crate::app::store::timeline::{Entry, EntryId, Kind};
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::panes::{Rows, explain};
use crate::view::widgets::columns::{Column, widths};
use crate::view::{text, words};
use ratatui::layout::Rect;

/// Who it happened to has as much as the longest name on the screen needs, and at most a third of the row.
const SHORTEST_WHO: u16 = 12;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    focused: bool,
    timeline: &TimelineList,
) {
    let theme = canvas.theme;
    let list = &timeline.list;
    let filter = list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text())).unwrap_or_default();
    let count = words::counted(list.keys().len(), "entry", "entries");
    let dropped = match state.timeline.dropped() {
        0 => match state.timeline.told_from() {
            Some(from) => {
                let from = clock(from, canvas.now, canvas.zone);
                format!(" the daemon keeps no events before {from}  {count} ")
            }
            None => format!(" {count} "),
        },
        dropped => format!(" {} older ones given up  {count} ", words::count(dropped)),
    };
    let body = Frame::new(PaneId::Findings, focused)
        .left([("› ", theme.dim), ("Timeline ", theme.title), (filter.as_str(), theme.accent)])
        .right([(dropped.as_str(), theme.dim)])
        .draw(canvas, area);
    if list.keys().is_empty() {
        let words =
            if list.filter.is_some() { "Nothing matches the filter." } else { "Nothing has happened yet." };
        return explain(canvas, body, &[words]);
    }
    let rows = Rows::of(list, PaneId::Findings, focused, body, 1);
    let entry = |index: usize| list.keys().get(index).and_then(|id| Some((id, state.timeline.get(id)?)));
    let who =
        rows.shown.clone().filter_map(entry).map(|(_, entry)| text::width(&entry.who)).max().unwrap_or(0);
    let columns = columns(u16::try_from(who).unwrap_or(u16::MAX), body.width);
    for index in rows.shown.clone() {
        if let Some((id, entry)) = entry(index) {
            draw_entry(canvas, rows.text_area(index), &columns, id, entry);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

/// When, what kind of thing, what, who.
fn columns(who: u16, room: u16) -> [Column; 4] {
    let who = who.min(room / 3).max(SHORTEST_WHO);
    [Column::fixed(11, 0), Column::fixed(7, 2), Column::between(20, u16::MAX, 0), Column::fixed(who, 1)]
}

fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, columns: &[Column; 4], id: &EntryId, entry: &Entry) {
    let theme = canvas.theme;
    let look = look(entry.kind, theme);
    let cells = [
        (clock(id.time, canvas.now, canvas.zone), theme.dim),
        (entry.kind.word().to_owned(), look),
        (entry.what.to_string(), theme.text),
        (entry.who.to_string(), theme.dim),
    ];
    let widths = widths(columns, area.width);
    let mut x = area.x;
    for (at, (content, look)) in cells.iter().enumerate() {
        canvas.put(x, area.y, widths[at], content, *look);
        x += widths[at] + u16::from(widths[at] > 0);
    }
}

fn look(kind: Kind, theme: &Theme) -> TextStyle {
    match kind {
        Kind::Event => theme.dim,
        Kind::End | Kind::Finding | Kind::Kernel => theme.bad,
        Kind::Task | Kind::File => theme.info,
        Kind::Check => theme.warning,
    }
}
