//! What a row of the tree says, column by column.

use crate::app::State;
use crate::app::tree::{Condition, ContainerNode, ServiceNode, StackNode, Status, Usage};
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{ContainerState, Health, StackOrigin, Verdict, units};
use crate::view::canvas::Canvas;
use crate::view::words::{self, Mark};
use std::borrow::Cow;

/// What a row says, column by column.
#[derive(Default)]
pub(super) struct Cells<'a> {
    pub(super) replicas: (String, TextStyle),
    pub(super) state: (Cow<'a, str>, TextStyle),
    /// Behind that, at the end of its room.
    pub(super) aside: (String, TextStyle),
    pub(super) drift: Option<(&'static str, words::Mark)>,
    pub(super) check: Vec<(Cow<'a, str>, TextStyle)>,
    pub(super) restarts: (String, TextStyle),
    pub(super) gpus: (String, TextStyle),
    pub(super) ports: (&'a str, TextStyle),
    pub(super) usage: Usage,
    pub(super) running: bool,
}

pub(super) fn stack_cells<'a>(canvas: &Canvas<'_>, state: &State, stack: &'a StackNode) -> Cells<'a> {
    let theme = canvas.theme;
    let wanted = stack.wanted();
    let undecided = state.undecided(&stack.project);
    let waits = undecided
        .map(|undecided| format!("accept or take back: {}", words::age(Some(undecided.since), canvas.now)));
    let said = match (stack.is_created, stack.origin) {
        (true, _) => stack.title.as_deref().unwrap_or_default(),
        (false, Some(StackOrigin::BuiltIn)) => "not deployed, built in",
        (false, Some(StackOrigin::Directory | StackOrigin::Given | StackOrigin::Labels) | None) => {
            "not deployed"
        }
    };
    let look = match stack.condition {
        _ if !stack.is_created => theme.dim,
        Condition::Bad => theme.bad,
        Condition::Warning => theme.warning,
        Condition::Busy => theme.starting,
        Condition::Good | Condition::Idle => theme.dim,
    };
    let replicas =
        if stack.is_created { format!("{}/{wanted}", stack.running()) } else { wanted.to_string() };
    Cells {
        replicas: (replicas, look),
        state: waits.map_or((said.into(), theme.dim), |waits| (waits.into(), theme.warning)),
        aside: last_backup(canvas, state, stack),
        usage: stack.usage,
        running: stack.is_created,
        ..Cells::default()
    }
}

/// How old the last good backup is, of a stack that has something to back up.
fn last_backup(canvas: &Canvas<'_>, state: &State, stack: &StackNode) -> (String, TextStyle) {
    let theme = canvas.theme;
    let Some(standing) = state.backups.standing(&stack.project) else {
        return (String::new(), theme.dim);
    };
    let look = if standing.is_overdue(canvas.now) { theme.warning } else { theme.dim };
    match standing.last_good {
        Some(last) => (format!("backup {}", words::age(Some(last), canvas.now)), look),
        None if stack.is_created && standing.bad.is_some() => ("no good backup".to_owned(), look),
        None if stack.is_created => ("never backed up".to_owned(), look),
        // Of what was never deployed there is nothing to save.
        None => (String::new(), theme.dim),
    }
}

pub(super) fn service_cells<'a>(canvas: &Canvas<'_>, state: &'a State, node: &'a ServiceNode) -> Cells<'a> {
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
        drift: node.drift.map(|drift| (drift.word(), words::drift(drift, theme))),
        check: check(state, node, theme),
        gpus: (gpu_words(gpus.map(|(index, _)| index)), theme.info),
        ports: (&*node.ports, theme.dim),
        usage: node.usage,
        ..replicas_cells(canvas, node)
    }
}

/// What stands for all of a service is the worst of its containers. Those that do not run are counted beside it; of those
/// that do it is said with it how many are unhealthy.
fn replicas_cells<'a>(canvas: &Canvas<'_>, node: &ServiceNode) -> Cells<'a> {
    let cells = status_cells(canvas, &node.status);
    let all = node.containers.len();
    let bad = node.containers.iter().filter(|container| container.status.health == Some(Health::Unhealthy));
    let bad = bad.count();
    let is_of_running =
        (node.status.state, node.status.health) == (Some(ContainerState::Running), Some(Health::Unhealthy));
    if bad == all || !is_of_running {
        return cells;
    }
    let words = format!("{bad} of {all} {}", cells.state.0);
    Cells { state: (words.into(), cells.state.1), ..cells }
}

pub(super) fn container_cells<'a>(canvas: &Canvas<'_>, state: &State, node: &'a ContainerNode) -> Cells<'a> {
    let theme = canvas.theme;
    let gpus = state.gpus.held_by(&node.id);
    Cells {
        gpus: (gpu_words(gpus.map(|(index, _)| index)), theme.info),
        check: vec![(Cow::Borrowed(&*node.image), theme.dim)],
        ports: (&*node.ports, theme.dim),
        usage: node.usage,
        ..status_cells(canvas, &node.status)
    }
}

/// What services and containers have in common.
fn status_cells<'a>(canvas: &Canvas<'_>, status: &Status) -> Cells<'a> {
    let theme = canvas.theme;
    let look = match status.condition {
        Condition::Good | Condition::Idle => theme.dim,
        Condition::Bad | Condition::Warning | Condition::Busy => condition_look(status.condition, theme),
    };
    let restarts = status.restarts.filter(|count| *count > 0);
    Cells {
        state: (status.words(canvas.now).into(), look),
        restarts: (restarts.map(|count| format!("{count}×")).unwrap_or_default(), theme.warning),
        running: status.is_running(),
        ..Cells::default()
    }
}

/// The check that says most, and how it stands.
fn check<'a>(state: &State, node: &ServiceNode, theme: &Theme) -> Vec<(Cow<'a, str>, TextStyle)> {
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
    vec![(symbol.into(), look), (" ".into(), look), (format!("{kind} {more}").into(), theme.dim)]
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

pub(super) fn stack_mark(stack: &StackNode, open: Option<bool>, theme: &Theme) -> Mark {
    let look = match stack.condition {
        Condition::Bad | Condition::Warning if stack.is_created => condition_look(stack.condition, theme),
        Condition::Bad | Condition::Warning | Condition::Busy | Condition::Good | Condition::Idle => {
            theme.dim
        }
    };
    (if open == Some(true) { "▾" } else { "▸" }, look)
}

pub(super) fn status_mark(status: &Status, theme: &Theme) -> Mark {
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

pub(super) fn name_look(status: &Status, theme: &Theme) -> TextStyle {
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
