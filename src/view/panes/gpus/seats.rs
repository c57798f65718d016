//! The seating plan: what each service asked for, beside where its processes are.

use crate::app::State;
use crate::domain::Safe;
use crate::domain::gpu::{Seat, seats};
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::widgets::columns::{Column, widths};
use ratatui::layout::Rect;

/// Its titles and a row.
pub(super) const LEAST: u16 = 2;
/// The findings that are about who sits where.
const RULES: [&str; 3] = ["gpu-seats/", "gpu-astray/", "gpu-missing/"];
/// What a GPU's UUID, beside its index, would take is too much.
const ASKED_MOST: usize = 28;
/// Its title may say how many rows there are.
const NAME_LEAST: u16 = 19;
const SITS: (u16, u16) = (9, 12);
const MEMORY: u16 = 14;

/// Says how many rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) -> u16 {
    let theme = canvas.theme;
    let mut plan = seats(state.fleet.containers().values(), state.gpus.devices());
    if plan.is_empty() || area.height == 0 {
        return 0;
    }
    canvas.put(area.x, area.y, area.width, &"─".repeat(usize::from(area.width)), theme.border);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut y = area.y;
    let mut room = usize::from(area.height - 1);
    // What is wrong with it stands above its rows, if that leaves room for one.
    if let Some(words) = trouble(state).filter(|_| room >= usize::from(LEAST)) {
        y += 1;
        room -= 1;
        canvas.put(inner.x, y, inner.width, &words, theme.warning);
    }
    if plan.len() > room {
        // Who only asked, and is on none, is the first to be left out.
        plan.sort_by_key(|seat| (!is_astray(seat), seat.sits_on.is_empty()));
    }
    let rows: Vec<[Safe; 4]> = plan.iter().take(room).map(Seat::cells).collect();
    let mut titles = Seat::TITLES.map(str::to_owned);
    if rows.len() < plan.len() {
        titles[0] = format!("{}, {} of {}", titles[0], rows.len(), plan.len());
    }
    let widths = widths(&columns(&rows, inner.width), inner.width);
    let line = Rect { x: inner.x.saturating_sub(1), ..inner };
    put(canvas, line, widths, titles.map(|title| format!(" {title} ")).each_ref(), theme.title);
    for (seat, cells) in plan.iter().zip(&rows) {
        y += 1;
        let look = if is_astray(seat) { theme.warning } else { theme.text };
        put(canvas, Rect { y, ..inner }, widths, cells.each_ref(), look);
    }
    y + 1 - area.y
}

/// Who sits where it did not ask to; of one that asked for nothing that cannot be said.
fn is_astray(seat: &Seat) -> bool {
    !seat.asked_devices.is_empty() && !seat.sits_on.is_subset(&seat.asked_devices)
}

/// What triage finds wrong with it and nobody has taken note of, in a line.
fn trouble(state: &State) -> Option<String> {
    let mut found = state.findings.findings().iter().filter(|finding| {
        RULES.iter().any(|rule| finding.id.starts_with(rule)) && !state.findings.is_acknowledged(&finding.id)
    });
    let first = found.next()?;
    Some(match found.count() {
        0 => format!("⚠ {}", first.title),
        others => format!("⚠ 1 of {}: {}", others + 1, first.title),
    })
}

/// Service, asked, sits on, memory: none is wider than what stands in it, and the name gives way to what was asked.
fn columns(rows: &[[Safe; 4]], room: u16) -> [Column; 4] {
    // With a second blank behind it, where there is room: two figures beside one another look like one.
    let longest = |at: usize| rows.iter().map(|cells| text::width(&cells[at]) + 1).max().unwrap_or(0);
    let cut = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
    let asked = cut(longest(1).clamp(8, ASKED_MOST));
    // A blank between two columns.
    let left = room.saturating_sub(asked + SITS.0 + MEMORY + 3);
    let name = cut(longest(0)).min(left).max(NAME_LEAST);
    [
        Column::between(NAME_LEAST, name, 0),
        Column::between(8, asked, 1),
        Column::between(SITS.0, cut(longest(2)).clamp(SITS.0, SITS.1), 0),
        Column::fixed(MEMORY, 2),
    ]
}

fn put(
    canvas: &mut Canvas<'_>,
    area: Rect,
    widths: [u16; 4],
    cells: [&impl std::ops::Deref<Target = str>; 4],
    look: TextStyle,
) {
    let mut x = area.x;
    for (text, width) in cells.into_iter().zip(widths) {
        canvas.put(x, area.y, width, text, look);
        x += width + u16::from(width > 0);
    }
}
