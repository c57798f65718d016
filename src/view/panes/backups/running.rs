//! What is being done with backups now: how far each task is, above the finished ones.

use super::super::tasks;
use crate::app::State;
use crate::domain::TaskRecord;
use crate::domain::task::{StepRecord, StepState};
use crate::view::canvas::Canvas;
use crate::view::words;
use ratatui::layout::Rect;

/// More than these are for the tasks' own pane.
const MOST: u16 = 3;
const BAR: u16 = 12;

/// Gives back the room that is left.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect) -> Rect {
    let room = MOST.min(body.height / 2);
    let running = state.tasks.running().filter(|record| record.spec.operation.is_about_backups());
    let mut y = body.y;
    for record in running.take(usize::from(room)) {
        draw_record(canvas, Rect { y, height: 1, ..body }, record);
        y += 1;
    }
    Rect { y, height: body.bottom().saturating_sub(y), ..body }
}

fn draw_record(canvas: &mut Canvas<'_>, area: Rect, record: &TaskRecord) {
    let theme = canvas.theme;
    let (symbol, look) = words::task_state(record.state, theme);
    let (outcome, outcome_look) = tasks::outcome(record, theme, canvas.now);
    let title = format!("{} ", tasks::title(record));
    let bar = if area.width > 4 * BAR { BAR + 1 } else { 0 };
    let room = area.width.saturating_sub(2 + bar);
    let pieces =
        [(symbol, look), (" ", look), (title.as_str(), theme.title), (outcome.as_str(), outcome_look)];
    canvas.pieces(area.x + 1, area.y, room, &pieces);
    if bar > 0 {
        canvas.meter(area.right().saturating_sub(bar), area.y, BAR, Some(part(record)), theme.accent);
    }
}

/// How much of it is done: each step counts as one, and the one that is being taken as far as its bytes tell.
#[expect(clippy::cast_precision_loss, reason = "a bar has a dozen cells")]
fn part(record: &TaskRecord) -> f64 {
    let of_step = |step: &StepRecord| match (step.state, step.done, step.total) {
        (StepState::Done, _, _) => 1.0,
        (StepState::Running, Some(done), Some(total)) if total > 0 => (done as f64 / total as f64).min(1.0),
        (StepState::Running | StepState::Pending | StepState::Failed, _, _) => 0.0,
    };
    let done: f64 = record.steps.iter().map(of_step).sum();
    done / record.steps.len().max(1) as f64
}
