//! Pane 7: the finished backups, the newest first.

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::domain::stack::BackupEntry;
use crate::domain::units;
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::widgets::columns::{Column, widths};
use crate::view::words;
use ratatui::layout::Rect;

/// Age, stack, name, size, proof, parts.
const COLUMNS: [Column; 6] = [
    Column::fixed(5, 0),
    Column::between(10, 24, 0),
    Column::between(18, 40, 2),
    Column::fixed(6, 1),
    Column::between(9, 22, 1),
    Column::between(14, 90, 3),
];

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let list = &state.panes.backups.list;
    let fault = state.backups.fault().map(|fault| format!("✗ {fault} "));
    let mut frame = Frame::new(PaneId::Backups, focused);
    if let Some(fault) = &fault {
        frame = frame.left([(fault.as_str(), theme.bad)]);
    }
    let body = frame.draw(canvas, area);
    if list.keys().is_empty() {
        let words = match (&list.filter, state.backups.is_known()) {
            (Some(_), _) => "No backup matches the filter.",
            (None, true) => "No backups yet. Select a stack and press b to take one.",
            (None, false) => "Reading the backups…",
        };
        return explain(canvas, body, &[words]);
    }
    let rows = Rows::of(list, PaneId::Backups, focused, body, 1);
    for index in rows.shown.clone() {
        let entry = list.keys().get(index).and_then(|(stack, name)| state.backups.get(stack, name));
        if let Some(entry) = entry {
            draw_entry(canvas, rows.text_area(index), entry);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, entry: &BackupEntry) {
    let theme = canvas.theme;
    let widths = widths(&COLUMNS, area.width);
    let mut x = area.x;
    let mut next = |at: usize| {
        let here = x;
        x += widths[at] + u16::from(widths[at] > 0);
        (here, area.y, widths[at])
    };
    let (at, y, room) = next(0);
    canvas.put_right(at, y, room, &words::age(Some(entry.created), canvas.now), theme.text);
    let (at, y, room) = next(1);
    canvas.put(at, y, room, &entry.stack, theme.text);
    let (at, y, room) = next(2);
    canvas.put(at, y, room, &entry.name, theme.dim);
    let (at, y, room) = next(3);
    canvas.put_right(at, y, room, &units::bytes(entry.size_bytes), theme.text);
    let (at, y, room) = next(4);
    let proof = &entry.proof;
    let look = match (&proof.failed, proof.is_verified()) {
        (Some(_), _) => theme.bad,
        (None, true) => theme.good,
        (None, false) => theme.dim,
    };
    let pin = if entry.pinned { "⚑ " } else { "" };
    canvas.put(at, y, room, &format!("{pin}{}", proof.words(canvas.now)), look);
    let (at, y, room) = next(5);
    let parts: Vec<_> = entry.parts.iter().map(|part| part.path.as_str()).collect();
    match entry.old_side_until {
        None => canvas.put(at, y, room, &parts.join("  "), theme.dim),
        // What waits for a decision is said before anything that can be looked up.
        Some(_) => canvas.put(at, y, room, "restored; the old side waits: undo or accept it", theme.warning),
    };
}
