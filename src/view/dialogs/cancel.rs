//! Whether a task that is under way is to end, and what that means.

use super::card::{self, Line};
use crate::app::State;
use crate::app::dialog::Cancel;
use crate::app::hit::HitTarget;
use crate::domain::Safe;
use crate::view::canvas::Canvas;
use ratatui::layout::Rect;

const WIDTH: u16 = 64;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: &Cancel) {
    let theme = canvas.theme;
    let width = WIDTH.min(area.width);
    let columns = width.saturating_sub(4);
    let at = state.tasks.get(&dialog.id).map(|record| {
        let (done, all) = (record.done(), record.steps.len());
        if record.state.is_over() {
            "It is over already.".to_owned()
        } else {
            format!("It has done {done} of {all} steps.")
        }
    });
    let mut lines: Vec<Line> = card::wrapped(&at.unwrap_or_default(), columns, theme.text);
    let means = "It ends after the step it is at. What is done by then stays: nothing is taken back.";
    lines.extend(card::wrapped(means, columns, theme.text));
    let height = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
    let title = format!("Cancel {}?", Safe::new(&dialog.what));
    let inside = card::open(canvas, card::place(area, width, height), &title, theme.accent, theme.title);
    card::lines(canvas, inside, &lines);
    let y = inside.bottom().saturating_sub(1);
    let (key, words) = (card::on_ground(canvas, theme.key), card::on_ground(canvas, theme.key_text));
    let next = canvas.pieces(inside.x, y, inside.width, &[("⏎ ", key), ("cancel the task", words)]);
    canvas.hit(Rect { y, height: 1, width: next - inside.x, ..inside }, HitTarget::Confirm);
    let x = next + 3;
    let room = inside.right().saturating_sub(x);
    let end = canvas.pieces(x, y, room, &[("esc ", key), ("let it go on", words)]);
    canvas.hit(Rect { x, y, height: 1, width: end.saturating_sub(x) }, HitTarget::Cancel);
}
