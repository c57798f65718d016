//! Whether the records of tasks that ended a while ago are to go.

use super::question::{self, Question};
use crate::app::dialog::Forget;
use crate::view::canvas::Canvas;
use crate::view::words::counted;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, dialog: Forget) {
    let question = Question {
        title: "Remove the records of old tasks?",
        text: &[
            "Of tasks that ended more than 24 h ago the plans, steps and output go. What they have changed stays, and \
             the audit log keeps who asked for what.",
            &format!("Of those listed here: {}.", counted(dialog.listed, "task", "tasks")),
        ],
        yes: "remove the records",
        no: "keep them",
    };
    question::draw(canvas, area, &question);
}
