//! The seating plan: what each service asked for, beside where its processes are.

use crate::app::State;
use crate::domain::gpu::{Seat, seats};
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::widgets::columns::{Column, widths};
use ratatui::layout::Rect;

/// Service, asked, sits on, memory.
const COLUMNS: [Column; 4] =
    [Column::between(12, 40, 0), Column::between(8, 28, 1), Column::between(7, 12, 0), Column::fixed(14, 2)];

/// Says how many rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) -> u16 {
    let theme = canvas.theme;
    let plan = seats(state.fleet.containers().values(), state.gpus.devices());
    if plan.is_empty() || area.height < 2 {
        return 0;
    }
    canvas.put(area.x, area.y, area.width, &"─".repeat(usize::from(area.width)), theme.border);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let titles = Seat::TITLES.map(|title| format!(" {title} "));
    let line = Rect { x: inner.x.saturating_sub(1), ..inner };
    put(canvas, line, titles.each_ref().map(String::as_str), theme.title);
    let room = usize::from(area.height - 1);
    let shown = if plan.len() > room { room.saturating_sub(1).max(1) } else { plan.len() };
    let mut y = area.y;
    for seat in plan.iter().take(shown) {
        y += 1;
        // Who sits where it did not ask to stands out; of one that asked for nothing that cannot be said.
        let astray = !seat.asked_devices.is_empty() && !seat.sits_on.is_subset(&seat.asked_devices);
        let look = if astray { theme.warning } else { theme.text };
        put(canvas, Rect { y, ..inner }, seat.cells().each_ref().map(|cell| &**cell), look);
    }
    let more = plan.len() - shown;
    if more > 0 && shown < room {
        y += 1;
        canvas.put(inner.x, y, inner.width, &format!("and {more} more"), theme.dim);
    }
    y + 1 - area.y
}

fn put(canvas: &mut Canvas<'_>, area: Rect, cells: [&str; 4], look: TextStyle) {
    let widths = widths(&COLUMNS, area.width);
    let mut x = area.x;
    for (text, width) in cells.into_iter().zip(widths) {
        canvas.put(x, area.y, width, text, look);
        x += width + u16::from(width > 0);
    }
}
