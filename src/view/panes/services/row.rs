//! One row of the tree: symbol, name, replicas, state, check, ports, and what is used.

use crate::app::State;
use crate::app::tree::{Condition, ContainerNode, ServiceNode, StackNode, Status, Subject, Usage};
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{ContainerState, StackOrigin, Verdict, units};
use crate::view::canvas::Canvas;
use crate::view::widgets::columns::{Column, widths};
use crate::view::words::{self, ABSENT, Mark};
use ratatui::layout::Rect;

/// The longest word for a drift, `image newer`.
const DRIFT_WORD: u16 = 11;

/// Name, replicas, state, drift, check, restarts, GPUs, ports, CPU, memory.
const fn columns(drift: Column) -> [Column; 10] {
    [
        Column::between(18, 28, 0),
        Column::fixed(5, 1),
        Column::between(21, 24, 1),
        drift,
        Column::between(12, 28, 6),
        Column::fixed(4, 4),
        Column::fixed(6, 7),
        Column::between(10, 22, 8),
        Column::fixed(5, 3),
        Column::fixed(5, 2),
    ]
}

/// Where the columns of all rows stand, so that they stand in line.
pub(super) struct Columns {
    widths: [u16; 10],
}

impl Columns {
    pub(super) fn within(room: u16) -> Self {
        let in_words = widths(&columns(Column::fixed(DRIFT_WORD, 5)), room);
        // Its symbol stays where there is no room for its word.
        let has_word = in_words[3] > 0;
        Self { widths: if has_word { in_words } else { widths(&columns(Column::fixed(1, 2)), room) } }
    }
}

/// What a row says, column by column.
#[derive(Default)]
struct Cells {
    replicas: (String, TextStyle),
    state: (String, TextStyle),
    drift: Option<(String, words::Mark)>,
    check: Vec<(String, TextStyle)>,
    restarts: (String, TextStyle),
    gpus: (String, TextStyle),
    ports: (String, TextStyle),
    usage: Usage,
    running: bool,
}

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
            (stack_mark(stack, open, theme), stack.name.as_str(), look, stack_cells(stack, theme))
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
            let cells = Cells { state: (count, theme.dim), ..Cells::default() };
            ((fold, theme.dim), "without a stack", theme.title, cells)
        }
    };
    let marked = state.panes.services.is_marked(subject);
    draw_name(canvas, area, columns.widths[0], depth, mark, name, look, marked);
    draw_cells(canvas, area, columns, &cells);
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
    let at =
        canvas.put(area.x + taken, area.y, room.saturating_sub(taken + u16::from(marked)), name, name_look);
    canvas.put(at, area.y, 1, end, canvas.theme.accent);
}

fn draw_cells(canvas: &mut Canvas<'_>, area: Rect, columns: &Columns, cells: &Cells) {
    let theme = canvas.theme;
    let widths = &columns.widths;
    let y = area.y;
    let mut x = area.x + widths[0] + 1;
    let mut next = |at: usize| {
        let here = x;
        x += widths[at] + u16::from(widths[at] > 0);
        (here, widths[at])
    };
    let (at, room) = next(1);
    canvas.put_right(at, y, room, &cells.replicas.0, cells.replicas.1);
    let (at, room) = next(2);
    // What has none of what follows has its room for its words.
    let spans = cells.drift.is_none()
        && cells.check.is_empty()
        && cells.restarts.0.is_empty()
        && cells.gpus.0.is_empty();
    let beside: u16 = widths[3..7].iter().map(|width| width + u16::from(*width > 0)).sum();
    let room = if spans { room + beside } else { room };
    canvas.put(at, y, room, &cells.state.0, cells.state.1);
    let (at, room) = next(3);
    if let Some((word, (symbol, look))) = &cells.drift {
        canvas.put(at, y, room, if room < DRIFT_WORD { symbol } else { word }, *look);
    }
    let (at, room) = next(4);
    let check: Vec<_> = cells.check.iter().map(|(text, look)| (text.as_str(), *look)).collect();
    canvas.pieces(at, y, room, &check);
    let (at, room) = next(5);
    canvas.put_right(at, y, room, &cells.restarts.0, cells.restarts.1);
    let (at, room) = next(6);
    canvas.put(at, y, room, &cells.gpus.0, cells.gpus.1);
    let (at, room) = next(7);
    canvas.put(at, y, room, &cells.ports.0, cells.ports.1);
    let (at, room) = next(8);
    let (cpu, memory) = if cells.running {
        (
            words::optional(cells.usage.cpu_percent, units::percent),
            words::optional(cells.usage.memory_bytes, units::bytes),
        )
    } else {
        (String::new(), String::new())
    };
    let look = |text: &str| if text == ABSENT { theme.dim } else { theme.text };
    canvas.put_right(at, y, room, &cpu, look(&cpu));
    let (at, room) = next(9);
    canvas.put_right(at, y, room, &memory, look(&memory));
}

fn stack_cells(stack: &StackNode, theme: &Theme) -> Cells {
    let all = stack.services.len();
    let state = match (stack.is_created, stack.origin) {
        (true, _) => stack.title.as_deref().unwrap_or_default().to_owned(),
        (false, Some(StackOrigin::BuiltIn)) => "not deployed, built in".to_owned(),
        (false, Some(StackOrigin::Directory | StackOrigin::Given | StackOrigin::Labels) | None) => {
            "not deployed".to_owned()
        }
    };
    let look = match stack.condition {
        _ if !stack.is_created => theme.dim,
        Condition::Bad => theme.bad,
        Condition::Warning => theme.warning,
        Condition::Busy => theme.starting,
        Condition::Good | Condition::Idle => theme.dim,
    };
    let replicas = if stack.is_created { format!("{}/{all}", stack.good) } else { all.to_string() };
    Cells {
        replicas: (replicas, look),
        state: (state, theme.dim),
        usage: stack.usage,
        running: stack.is_created,
        ..Cells::default()
    }
}

fn service_cells(canvas: &Canvas<'_>, state: &State, node: &ServiceNode) -> Cells {
    let theme = canvas.theme;
    let short = node.running < node.wanted;
    let look = if short && node.status.state.is_some() {
        condition_look(node.status.condition, theme)
    } else {
        theme.dim
    };
    let gpus = node.containers.iter().flat_map(|container| state.gpus.held_by(&container.id));
    Cells {
        replicas: (format!("{}/{}", node.running, node.wanted), look),
        drift: node.drift.map(|drift| (drift.word().to_owned(), words::drift(drift, theme))),
        check: check(state, node, theme),
        gpus: (gpu_words(gpus.map(|(index, _)| index)), theme.info),
        ports: (node.ports.to_string(), theme.dim),
        usage: node.usage,
        ..status_cells(canvas, &node.status)
    }
}

fn container_cells(canvas: &Canvas<'_>, state: &State, node: &ContainerNode) -> Cells {
    let theme = canvas.theme;
    let gpus = state.gpus.held_by(&node.id);
    Cells {
        gpus: (gpu_words(gpus.map(|(index, _)| index)), theme.info),
        check: vec![(node.image.to_string(), theme.dim)],
        ports: (node.ports.to_string(), theme.dim),
        usage: node.usage,
        ..status_cells(canvas, &node.status)
    }
}

/// What services and containers have in common.
fn status_cells(canvas: &Canvas<'_>, status: &Status) -> Cells {
    let theme = canvas.theme;
    let look = match status.condition {
        Condition::Good | Condition::Idle => theme.dim,
        Condition::Bad | Condition::Warning | Condition::Busy => condition_look(status.condition, theme),
    };
    let restarts = status.restarts.filter(|count| *count > 0);
    Cells {
        state: (status.words(canvas.now), look),
        restarts: (restarts.map(|count| format!("{count}×")).unwrap_or_default(), theme.warning),
        running: status.is_running(),
        ..Cells::default()
    }
}

/// The check that says most, and how it stands.
fn check(state: &State, node: &ServiceNode, theme: &Theme) -> Vec<(String, TextStyle)> {
    let Some(report) = state.health.worst_of(&node.project, &node.service) else { return Vec::new() };
    if node.containers.is_empty() {
        return Vec::new();
    }
    let (symbol, look) = words::verdict(report.verdict, theme);
    let kind = report.label.split(' ').next().unwrap_or_default();
    let more = match (report.verdict, report.latency) {
        (Verdict::Up, Some(latency)) => units::duration(latency),
        (Verdict::Up, None) => String::new(),
        (Verdict::Down | Verdict::Degraded | Verdict::Starting | Verdict::Unknown, _) => {
            report.message.to_string()
        }
    };
    vec![(format!("{symbol} "), look), (format!("{kind} {more}"), theme.dim)]
}

fn gpu_words(indices: impl Iterator<Item = u32>) -> String {
    let mut indices: Vec<_> = indices.collect();
    indices.sort_unstable();
    indices.dedup();
    if indices.is_empty() {
        return String::new();
    }
    let numbers: Vec<_> = indices.iter().map(ToString::to_string).collect();
    format!("GPU {}", numbers.join(","))
}

fn stack_mark(stack: &StackNode, open: Option<bool>, theme: &Theme) -> Mark {
    let look = match stack.condition {
        Condition::Bad | Condition::Warning if stack.is_created => condition_look(stack.condition, theme),
        Condition::Bad | Condition::Warning | Condition::Busy | Condition::Good | Condition::Idle => {
            theme.dim
        }
    };
    (if open == Some(true) { "▾" } else { "▸" }, look)
}

fn status_mark(status: &Status, theme: &Theme) -> Mark {
    let symbol = match (status.condition, status.state) {
        (Condition::Bad, _) => "✗",
        (Condition::Warning, Some(ContainerState::Paused)) => "‖",
        (Condition::Warning, _) => "⚠",
        (Condition::Busy, _) => "◐",
        (Condition::Good, _) => "●",
        (Condition::Idle, Some(_)) => "○",
        (Condition::Idle, None) => "·",
    };
    (symbol, condition_look(status.condition, theme))
}

fn name_look(status: &Status, theme: &Theme) -> TextStyle {
    if status.condition == Condition::Idle { theme.dim } else { theme.text }
}

pub(in crate::view) fn condition_look(condition: Condition, theme: &Theme) -> TextStyle {
    match condition {
        Condition::Bad => theme.bad,
        Condition::Warning => theme.warning,
        Condition::Busy => theme.starting,
        Condition::Good => theme.good,
        Condition::Idle => theme.dim,
    }
}
