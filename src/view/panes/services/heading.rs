//! The names of the columns: a click sorts by one, and a mark says which the rows are sorted by.

use super::columns::Columns;
use crate::app::hit::HitTarget;
use crate::app::pane::services::{Column, Order};
use crate::view::canvas::Canvas;
use crate::view::text;
use ratatui::layout::Rect;
use std::borrow::Cow;

pub(super) fn draw(canvas: &mut Canvas<'_>, row: Rect, columns: &Columns, order: Option<Order>) {
    for column in columns.shown() {
        let (x, room) = columns.place(row, column);
        let (title, on_the_right) = title(column);
        let sorted = order.filter(|order| order.column == column);
        let marked = sorted.map(|order| Cow::Owned(format!("{}{title}", mark(order))));
        // The look says as well what is sorted by, and the title of the pane which way.
        let candidates = marked.into_iter().chain([title.into(), short(column).into()]);
        let words = candidates.into_iter().find(|words| text::width(words) <= usize::from(room));
        let words = words.unwrap_or_default();
        let look = if sorted.is_some() { canvas.theme.accent } else { canvas.theme.dim };
        if on_the_right {
            canvas.put_right(x, row.y, room, &words, look);
        } else {
            canvas.put(x, row.y, room, &words, look);
        }
        canvas.hit(Rect { x, width: room, ..row }, HitTarget::Heading(column));
    }
}

/// Which way the rows are sorted: down from the most, or up from the least.
pub(super) fn mark(order: Order) -> &'static str {
    if order.reversed == order.column.begins_with_least() { "↓" } else { "↑" }
}

/// Where there is room for a sign and no more.
fn short(column: Column) -> &'static str {
    if column == Column::Drift { "≠" } else { "" }
}

/// And whether it stands on the right, as figures do.
fn title(column: Column) -> (&'static str, bool) {
    match column {
        Column::Name => ("name", false),
        Column::Replicas => ("runs", true),
        Column::State => ("state", false),
        Column::Drift => ("drift", false),
        Column::Check => ("check", false),
        Column::Restarts => ("rst", true),
        Column::Gpus => ("GPU", false),
        Column::Ports => ("ports", false),
        Column::Cpu => ("CPU", true),
        Column::Course => ("60 s", false),
        Column::Memory => ("mem", true),
        Column::MemoryPart => ("limit", false),
        Column::Received => ("in/s", true),
        Column::Sent => ("out/s", true),
        Column::Read => ("rd/s", true),
        Column::Written => ("wr/s", true),
        Column::Pids => ("pids", true),
        Column::Throttled => ("thr", true),
        Column::OomKills => ("oom", true),
    }
}
