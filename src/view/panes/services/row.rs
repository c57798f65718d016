//! One row of the tree: symbol, name, replicas, state, check, ports, and what is used.

use super::cells::{Cells, container_cells, name_look, service_cells, stack_cells, stack_mark, status_mark};
use super::columns::{Columns, DRIFT_WORD};
use crate::app::State;
use crate::app::pane::services::Column;
use crate::app::tree::{Subject, Usage};
use crate::domain::safe::TextStyle;
use crate::domain::units;
use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::widgets::sparkline;
use crate::view::words::{self, ABSENT, Mark};
use ratatui::layout::Rect;
use std::fmt::{self, Write as _};

/// A memory this near its limit is about to be short.
const NEARLY_FULL: f64 = 0.9;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    columns: &Columns,
    subject: &Subject,
    depth: u8,
) {
    let theme = canvas.theme;
    let open = state.panes.services.is_open(subject, &state.tree);
    let (mark, name, look, cells) = match subject {
        Subject::Stack(project) => {
            let Some(stack) = state.tree.stack(project) else { return };
            let look = if stack.is_created { theme.title } else { theme.dim };
            (stack_mark(stack, open, theme), stack.name.as_str(), look, stack_cells(canvas, state, stack))
        }
        Subject::Service { project, service } => {
            let Some(node) = state.tree.service(project, service) else { return };
            let look = name_look(&node.status, theme);
            (status_mark(&node.status, theme), node.name.as_str(), look, service_cells(canvas, state, node))
        }
        Subject::Container(id) => {
            let Some(node) = state.tree.container(id) else { return };
            let look = name_look(&node.status, theme);
            (status_mark(&node.status, theme), node.tag.as_str(), look, container_cells(canvas, state, node))
        }
        Subject::Loose => {
            let fold = if open == Some(true) { "▾" } else { "▸" };
            let count = words::counted(state.tree.loose.len(), "container", "containers");
            let cells = Cells { state: (count.into(), theme.dim), ..Cells::default() };
            ((fold, theme.dim), "without a stack", theme.title, cells)
        }
    };
    let marked = state.panes.services.is_marked(subject);
    draw_name(canvas, area, columns.width(Column::Name), depth, mark, name, look, marked);
    draw_words(canvas, area, columns, &cells);
    if cells.running {
        draw_usage(canvas, area, columns, &cells.usage);
        draw_course(canvas, state, area, columns, subject);
    }
}

/// The last row: all containers together.
pub(super) fn draw_all(canvas: &mut Canvas<'_>, state: &State, area: Rect, columns: &Columns) {
    let theme = canvas.theme;
    let counts = state.tree.counts();
    let mut words = format!("{}/{} run", counts.running, counts.containers);
    if let Some(source) = state.tree.usage.source {
        words.push_str(", ");
        words.push_str(words::figure_source(source));
    }
    canvas.put(area.x, area.y, columns.width(Column::Name), "all containers", theme.dim);
    let (x, _) = columns.place(area, Column::State);
    let (end, _) = columns.place(area, Column::Cpu);
    canvas.put(x, area.y, end.saturating_sub(x + 1), &words, theme.dim);
    draw_usage(canvas, area, columns, &state.tree.usage);
}

#[expect(clippy::too_many_arguments, reason = "each is one word of the row")]
fn draw_name(
    canvas: &mut Canvas<'_>,
    area: Rect,
    room: u16,
    depth: u8,
    (symbol, symbol_look): Mark,
    name: &str,
    look: TextStyle,
    marked: bool,
) {
    let indent = (u16::from(depth) * 2).min(room);
    let at = area.x + indent;
    canvas.put(at, area.y, room - indent, symbol, symbol_look);
    let taken = indent + 2;
    let (name_look, end) = if marked { (canvas.theme.accent, "*") } else { (look, "") };
    let room = room.saturating_sub(taken + u16::from(marked));
    let name = text::fit_replica(name, usize::from(room));
    let at = canvas.put(area.x + taken, area.y, room, &name, name_look);
    canvas.put(at, area.y, 1, end, canvas.theme.accent);
}

fn draw_words(canvas: &mut Canvas<'_>, area: Rect, columns: &Columns, cells: &Cells<'_>) {
    let y = area.y;
    let (x, room) = columns.place(area, Column::Replicas);
    canvas.put_right(x, y, room, &cells.replicas.0, cells.replicas.1);
    // What has none of what follows has its room for its words.
    let spans = cells.drift.is_none()
        && cells.check.is_empty()
        && cells.restarts.0.is_empty()
        && cells.gpus.0.is_empty();
    let (x, room) = columns.place(area, Column::State);
    let beside = [Column::Drift, Column::Check, Column::Restarts, Column::Gpus];
    let beside: u16 = beside.map(|column| columns.with_gap(column)).iter().sum();
    let room = if spans { room + beside } else { room };
    let aside = u16::try_from(text::width(&cells.aside.0)).unwrap_or(u16::MAX).min(room);
    let before = room.saturating_sub(aside + u16::from(aside > 0));
    canvas.put(x, y, before, &cells.state.0, cells.state.1);
    canvas.put_right(x, y, room, &cells.aside.0, cells.aside.1);
    let (x, room) = columns.place(area, Column::Drift);
    if let Some((word, (symbol, look))) = &cells.drift {
        canvas.put(x, y, room, if room < DRIFT_WORD { symbol } else { word }, *look);
    }
    let (x, room) = columns.place(area, Column::Check);
    let check: Vec<_> = cells.check.iter().map(|(text, look)| (&**text, *look)).collect();
    canvas.pieces(x, y, room, &check);
    let (x, room) = columns.place(area, Column::Restarts);
    canvas.put_right(x, y, room, &cells.restarts.0, cells.restarts.1);
    let (x, room) = columns.place(area, Column::Gpus);
    canvas.put(x, y, room, &cells.gpus.0, cells.gpus.1);
    let (x, room) = columns.place(area, Column::Ports);
    canvas.put(x, y, room, cells.ports.0, cells.ports.1);
}

fn draw_usage(canvas: &mut Canvas<'_>, area: Rect, columns: &Columns, usage: &Usage) {
    let theme = canvas.theme;
    let cpu = usage.cpu_percent.map(units::Percent);
    let bytes = |value: Option<u64>| value.map(units::Bytes);
    let (memory, received, sent) = (bytes(usage.memory_bytes), bytes(usage.received), bytes(usage.sent));
    let (read, written) = (bytes(usage.read), bytes(usage.written));
    let figures: [(Column, Option<&dyn fmt::Display>); 7] = [
        (Column::Cpu, cpu.as_ref().map(|cpu| cpu as _)),
        (Column::Memory, memory.as_ref().map(|bytes| bytes as _)),
        (Column::Received, received.as_ref().map(|bytes| bytes as _)),
        (Column::Sent, sent.as_ref().map(|bytes| bytes as _)),
        (Column::Read, read.as_ref().map(|bytes| bytes as _)),
        (Column::Written, written.as_ref().map(|bytes| bytes as _)),
        (Column::Pids, usage.pids.as_ref().map(|pids| pids as _)),
    ];
    // All figures of a row share one text: they change every second, and on every row.
    let mut words = String::new();
    for (column, figure) in figures {
        let (x, room) = columns.place(area, column);
        if room > 0 {
            words.clear();
            let look = match figure.map(|figure| write!(words, "{figure}")) {
                Some(Ok(())) => theme.text,
                Some(Err(_)) | None => theme.dim,
            };
            let words = if words.is_empty() { ABSENT } else { &words };
            canvas.put_right(x, area.y, room, words, look);
        }
    }
    // What there is no quota for, and what never was, says nothing.
    if let Some(percent) = usage.throttled_percent {
        let (x, room) = columns.place(area, Column::Throttled);
        let look = if percent < 1.0 { theme.dim } else { theme.warning };
        canvas.put_right(x, area.y, room, &format!("{percent:.0}%"), look);
    }
    if let Some(kills) = usage.oom_kills {
        let (x, room) = columns.place(area, Column::OomKills);
        let look = if kills == 0 { theme.dim } else { theme.bad };
        canvas.put_right(x, area.y, room, &kills.to_string(), look);
    }
    let (x, room) = columns.place(area, Column::MemoryPart);
    // Where nothing but the host is the limit there is no bar.
    if let Some(part) = usage.memory_part().filter(|_| room > 0) {
        let look = if part >= NEARLY_FULL { theme.warning } else { theme.gauge_filled };
        canvas.meter(x, area.y, room, Some(part), look);
    }
}

fn draw_course(canvas: &mut Canvas<'_>, state: &State, area: Rect, columns: &Columns, subject: &Subject) {
    let (x, room) = columns.place(area, Column::Course);
    if room > 0 {
        let course = state.tree.course(subject, &state.figures);
        let line = sparkline::line(&course, usize::from(room));
        canvas.put(x, area.y, room, &line, canvas.theme.sparkline);
    }
}
