//! Whether a task that is under way is to end, and what that means.

use super::question::{self, Question};
use crate::app::State;
use crate::app::dialog::Cancel;
use crate::domain::{Operation, Safe};
use crate::view::canvas::Canvas;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: &Cancel) {
    let at = state.tasks.get(&dialog.id).map(|record| {
        let (done, all) = (record.done(), record.steps.len());
        if record.state.is_over() {
            "It is over already.".to_owned()
        } else {
            format!("It has done {done} of {all} steps.")
        }
    });
    let operation = state.tasks.get(&dialog.id).map(|record| &record.spec.operation);
    let means = match operation {
        Some(Operation::Update(_) | Operation::Rollback { .. }) => {
            "It ends after the step it is at, and goes back: the containers from before serve again."
        }
        Some(Operation::Restore(_)) => {
            "It ends after the step it is at, and goes back: all is as it was before, unless it has switched already."
        }
        _ => "It ends after the step it is at. What is done by then stays: nothing is taken back.",
    };
    let question = Question {
        title: &format!("Cancel {}?", Safe::new(&dialog.what)),
        text: &[&at.unwrap_or_default(), means],
        yes: "cancel the task",
        no: "let it go on",
    };
    question::draw(canvas, area, &question);
}
