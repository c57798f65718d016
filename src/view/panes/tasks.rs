//! Pane 6: the tasks, the newest first, or the steps of the one that is open.

mod steps;

use super::{Rows, explain};
use crate::app::State;
use crate::app::command::Command;
use crate::app::pane::PaneId;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{Safe, TaskRecord, TaskState};
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::hints;
use crate::view::widgets::columns::{Column, widths};
use crate::view::words;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Symbol, age, verb, target, progress or outcome, duration, who.
const COLUMNS: [Column; 7] = [
    Column::fixed(1, 0),
    Column::fixed(5, 2),
    Column::fixed(7, 0),
    Column::between(10, 30, 1),
    Column::between(24, 90, 0),
    Column::fixed(6, 3),
    Column::between(8, 24, 5),
];

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    if let Some((id, first)) = &state.panes.tasks.open
        && let Some(record) = state.tasks.get(id)
    {
        let resume = hints::keys(state, Command::ResumeTask);
        return steps::draw(canvas, area, focused, record, *first, &resume);
    }
    let list = &state.panes.tasks.list;
    let running = state.tasks.running().count();
    let summary = format!("{running} running ");
    let mut frame = Frame::new(PaneId::Tasks, focused);
    if running > 0 {
        frame = frame.left([(summary.as_str(), canvas.theme.starting)]);
    }
    let body = frame.draw(canvas, area);
    if list.keys().is_empty() {
        let filtered = list.filter.is_some();
        let words = if filtered {
            "No task matches the filter."
        } else {
            "No tasks yet. u deploys, r restarts, b backs up what is selected."
        };
        return explain(canvas, body, &[words]);
    }
    let rows = Rows::of(list, PaneId::Tasks, focused, body, 1);
    for index in rows.shown.clone() {
        if let Some(record) = list.keys().get(index).and_then(|id| state.tasks.get(id)) {
            draw_record(canvas, rows.text_area(index), record, state.tasks.is_ending(&record.spec.id));
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

fn draw_record(canvas: &mut Canvas<'_>, area: Rect, record: &TaskRecord, ending: bool) {
    let theme = canvas.theme;
    let (symbol, look) = words::task_state(record.state, theme);
    let (mut outcome, outcome_look) = outcome(record, theme, canvas.now);
    if ending {
        outcome.insert_str(0, "ends after ");
    }
    let duration = record.took(canvas.now);
    let target = Safe::new(record.spec.object());
    let cells = [
        (symbol.to_owned(), look),
        (words::age(Some(record.spec.requested_at), canvas.now), theme.dim),
        (record.spec.operation.verb().to_owned(), theme.text),
        (target.to_string(), theme.text),
        (outcome, outcome_look),
        (words::optional(duration, words::took), theme.dim),
        (Safe::new(&record.spec.requested_by).to_string(), theme.dim),
    ];
    let widths = widths(&COLUMNS, area.width);
    let mut x = area.x;
    for (at, (content, look)) in cells.iter().enumerate() {
        if matches!(at, 1 | 5) {
            canvas.put_right(x, area.y, widths[at], content, *look);
        } else {
            canvas.put(x, area.y, widths[at], content, *look);
        }
        x += widths[at] + u16::from(widths[at] > 0);
    }
}

/// What a row says about how far a task is, or how it ended.
pub(in crate::view) fn outcome(record: &TaskRecord, theme: &Theme, now: Timestamp) -> (String, TextStyle) {
    let (done, all) = record.progress();
    match record.state {
        TaskState::Pending => match &record.waits_for {
            Some(owner) => (format!("waits: {}", Safe::new(owner)), theme.warning),
            None => ("about to start".to_owned(), theme.dim),
        },
        TaskState::Running => match steps::current(record, now) {
            Some(step) => (format!("{done}/{all} {step}"), theme.starting),
            None if all == 0 => ("planning".to_owned(), theme.starting),
            None => (format!("{done}/{all}"), theme.starting),
        },
        TaskState::Completed => {
            let output = record.output.last().map(|text| format!("  {}", Safe::new(text)));
            (format!("{}{}", words::counted(all, "step", "steps"), output.unwrap_or_default()), theme.dim)
        }
        TaskState::Failed => {
            let words = record.fault.as_ref().map_or_else(|| "failed".to_owned(), ToString::to_string);
            (Safe::new(words).to_string(), theme.bad)
        }
        TaskState::Cancelled => (record.cancelled(), theme.dim),
        TaskState::Interrupted => (format!("its worker is gone, at {done}/{all}"), theme.warning),
    }
}

/// The title of a task: `up mlflow`.
pub(in crate::view) fn title(record: &TaskRecord) -> String {
    format!("{} {}", record.spec.operation.verb(), Safe::new(record.spec.object()))
}

/// When a task was asked for, as far as it fits beside its title.
pub(in crate::view) fn asked(record: &TaskRecord, now: Timestamp) -> String {
    let from = record.spec.requested_from.as_ref().map(|from| format!(" from {}", Safe::new(from)));
    format!(
        "{} ago by {}{}",
        words::age(Some(record.spec.requested_at), now),
        Safe::new(&record.spec.requested_by),
        from.unwrap_or_default()
    )
}
