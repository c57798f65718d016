//! What stands above the panes.

mod cancel;
mod card;
mod confirm;
mod forget;
mod help;
mod inspect;
pub(super) mod no_docker;
mod palette;
mod question;
mod save;

use super::canvas::Canvas;
use crate::app::State;
use crate::app::dialog::Dialog;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    for dialog in &state.dialogs {
        // What lies below cannot be clicked, and steps back.
        canvas.hits.targets.clear();
        canvas.hits.dialog_rows = None;
        canvas.hits.dialog_lines = None;
        canvas.recede(area, canvas.theme.dim);
        match dialog {
            Dialog::Confirm(dialog) => confirm::draw(canvas, area, dialog),
            Dialog::Cancel(dialog) => cancel::draw(canvas, state, area, dialog),
            Dialog::Forget(dialog) => forget::draw(canvas, area, *dialog),
            Dialog::Help(dialog) => help::draw(canvas, state, area, *dialog),
            Dialog::Palette(dialog) => palette::draw(canvas, state, area, dialog),
            Dialog::Inspect(dialog) => inspect::draw(canvas, area, dialog),
            Dialog::Save(dialog) => save::draw(canvas, state, area, *dialog),
        }
    }
}
