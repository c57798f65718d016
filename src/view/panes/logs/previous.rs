//! The runs that ended: when, which container, with what, and what there is of it.

use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::logs::Previous;
use crate::app::store::previous::{LastLines, Run};
use crate::domain::units;
use crate::view::canvas::Canvas;
use crate::view::panes::Rows;
use crate::view::widgets::columns::{Column, widths};
use crate::view::{text, words};
use ratatui::layout::Rect;

/// Age, container, exit code and cause, how long it ran, memory at the end, lines.
const COLUMNS: [Column; 6] = [
    Column::fixed(5, 0),
    // The number at its end is what tells replicas apart.
    Column::between(20, 32, 0),
    Column::between(20, 28, 1),
    Column::fixed(10, 3),
    Column::fixed(9, 4),
    Column::between(12, 60, 2),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, previous: &Previous, body: Rect, focused: bool) {
    let rows = Rows::of(&previous.list, PaneId::Logs, focused, body, 1);
    for index in rows.shown.clone() {
        let run = previous.list.keys().get(index).and_then(|run| state.previous.get(*run));
        if let Some(run) = run {
            draw_run(canvas, rows.text_area(index), run);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, previous.list.keys().len());
}

fn draw_run(canvas: &mut Canvas<'_>, area: Rect, run: &Run) {
    let theme = canvas.theme;
    let widths = widths(&COLUMNS, area.width);
    let ran = run.started.filter(|started| *started <= run.ended);
    let ran = words::optional(ran, |started| units::duration(units::since(started, run.ended)));
    let memory = words::optional(run.figures.and_then(|figures| figures.memory_bytes), units::bytes);
    let lines = match &run.lines {
        LastLines::Awaited => "reading…".to_owned(),
        LastLines::Read(lines) => words::counted(lines.len(), "line", "lines"),
        LastLines::Unread(why) => {
            let whole = format!("no lines: {why}");
            let fits = text::width(&whole) <= usize::from(widths[5]);
            // The run itself tells the rest.
            if fits { whole } else { "not read".to_owned() }
        }
    };
    let asked = run.was_asked_for() && !run.oom_killed;
    let look = if asked || run.exit_code == Some(0) { theme.text } else { theme.bad };
    let cells = [
        (words::age(Some(run.ended), canvas.now), theme.text),
        (run.name.to_string(), theme.text),
        (format!("exit {}", run.ending()), look),
        (format!("ran {ran}"), theme.dim),
        (memory, theme.dim),
        (lines, theme.dim),
    ];
    let mut x = area.x;
    for (index, (text, look)) in cells.iter().enumerate() {
        let room = widths[index];
        if index == 0 || index == 4 {
            canvas.put_right(x, area.y, room, text, *look);
        } else {
            canvas.put(x, area.y, room, text, *look);
        }
        x += room + u16::from(room > 0);
    }
}
