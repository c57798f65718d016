//! Pane 7: what is being done with backups, and the finished ones, the newest first.

mod running;

use super::{Rows, explain};
use crate::app::State;
use crate::app::command::Command;
use crate::app::pane::PaneId;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::stack::BackupEntry;
use crate::domain::{Safe, units};
use crate::view::canvas::{Canvas, Piece, screen_rect};
use crate::view::frame::Frame;
use crate::view::widgets::columns::{Column, widths};
use crate::view::{hints, text, words};
use jiff::Timestamp;
use ratatui::layout::Rect;

const SHORTEST_STACK: u16 = 6;
const LONGEST_STACK: u16 = 24;

/// Age, stack, name, size, proof, parts. A name is told from another one by its end, so it is never cut.
fn columns(state: &State) -> [Column; 6] {
    let stacks = state.panes.backups.list.keys().iter().map(|(stack, _)| text::width(stack));
    let longest = u16::try_from(stacks.max().unwrap_or_default()).unwrap_or(u16::MAX);
    [
        Column::fixed(5, 0),
        Column::fixed(longest.clamp(SHORTEST_STACK, LONGEST_STACK), 0),
        Column::fixed(21, 1),
        Column::fixed(6, 2),
        Column::between(14, 22, 0),
        // Where a copy is stands there first, whole.
        Column::between(15, 200, 3),
    ]
}

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let list = &state.panes.backups.list;
    let fault = state.backups.fault().map(|fault| format!("✗ {} ", Safe::new(fault.to_string())));
    let damaged = state.backups.damaged().len();
    let warning = format!("✗ {damaged} damaged: mcp-tui backup list says which ");
    let mut left: Vec<Piece<'_>> = fault.iter().map(|fault| (fault.as_str(), theme.bad)).collect();
    if damaged > 0 {
        left.push((&warning, theme.bad));
    }
    let entries = state.backups.entries();
    let bytes: u64 = entries.iter().map(|entry| entry.size_bytes).sum();
    let sum = format!(" {}, {} ", words::counted(entries.len(), "backup", "backups"), units::bytes(bytes));
    let right: Vec<Piece<'_>> = if entries.is_empty() { Vec::new() } else { vec![(&sum, theme.dim)] };
    let body = Frame::new(PaneId::Backups, focused).left(left).right(right).draw(canvas, area);
    let body = running::draw(canvas, state, body);
    canvas.hits.set_rows(PaneId::Backups, screen_rect(body));
    if list.keys().is_empty() {
        let words = match (&list.filter, state.backups.is_known()) {
            (Some(_), _) => "No backup matches the filter.",
            (None, true) => "No backups yet. Select a stack and press b to take one.",
            (None, false) => "Reading the backups…",
        };
        return explain(canvas, body, &[words]);
    }
    let rows = Rows::of(list, PaneId::Backups, focused, body, 1);
    let columns = columns(state);
    let key = |command| hints::key(state, command);
    let (accept, undo) = (key(Command::AcceptRestore), key(Command::UndoRestore));
    let waits = format!("restored; the old side waits: {accept} accepts, {undo} undoes");
    for index in rows.shown.clone() {
        let entry = list.keys().get(index).and_then(|(stack, name)| state.backups.get(stack, name));
        if let Some(entry) = entry {
            let area = rows.text_area(index);
            draw_entry(canvas, area, entry, widths(&columns, area.width), &waits);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, entry: &BackupEntry, widths: [u16; 6], waits: &str) {
    let theme = canvas.theme;
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
    let (proof, look) = proof(entry, canvas.now, theme);
    canvas.put(at, y, room, &proof, look);
    let (mut at, y, mut room) = next(5);
    let said_first = entry.old_side_until.is_some() || entry.proof.failed.is_some();
    if let Some(copy) = entry.offsite.as_ref().filter(|_| !said_first) {
        let look = if copy.copied.is_some() { theme.info } else { theme.warning };
        let end = canvas.put(at, y, room, &copy.words(canvas.now), look) + 2;
        (at, room) = (end, room.saturating_sub(end - at));
    }
    match (&entry.old_side_until, &entry.proof.failed) {
        // What waits for a decision is said before anything that can be looked up.
        (Some(_), _) => canvas.put(at, y, room, waits, theme.warning),
        (None, Some(failure)) => canvas.put(at, y, room, &Safe::new(&failure.what), theme.bad),
        (None, None) => {
            let parts: Vec<_> = entry.parts.iter().map(|part| part.path.as_str()).collect();
            canvas.put(at, y, room, &Safe::new(parts.join("  ")), theme.dim)
        }
    };
}

fn proof(entry: &BackupEntry, now: Timestamp, theme: &Theme) -> (String, TextStyle) {
    let pin = if entry.pinned { "⚑ " } else { "" };
    let look = match (&entry.proof.failed, entry.proof.is_verified()) {
        (Some(_), _) => theme.bad,
        (None, true) => theme.good,
        (None, false) => theme.dim,
    };
    let of = if entry.safety { ", before a restore" } else { "" };
    (format!("{pin}{}{of}", entry.proof.words(now)), look)
}
