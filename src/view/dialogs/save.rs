//! How the lines of the log pane are to be saved.

use super::card;
use crate::app::State;
use crate::app::dialog::save::{Save, SaveAs};
use crate::app::hit::HitTarget;
use crate::view::canvas::Canvas;
use crate::view::words;
use ratatui::layout::Rect;

const WIDTH: u16 = 56;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: Save) {
    let theme = canvas.theme;
    let rows = u16::try_from(SaveAs::ALL.len()).unwrap_or(0);
    let place = card::place(area, WIDTH.min(area.width), rows + 4);
    let inside = card::open(canvas, place, "Save the log", theme.accent, theme.title);
    for (y, choice) in (inside.y..inside.bottom()).zip(SaveAs::ALL) {
        let count = if choice == SaveAs::Everything { state.logs.len() } else { state.logs.kept() };
        let key = format!("{} ", choice.key());
        let pieces = [
            (key.as_str(), card::on_ground(canvas, theme.key)),
            (choice.words(), card::on_ground(canvas, theme.text)),
        ];
        canvas.pieces(inside.x, y, inside.width, &pieces);
        let look = card::on_ground(canvas, theme.dim);
        canvas.put_right(inside.x, y, inside.width, &words::count(count), look);
        let row = Rect { y, height: 1, ..inside };
        canvas.hit(row, HitTarget::Choice(choice.place()));
        if dialog.choice == choice {
            canvas.paint(row, theme.selection);
        }
    }
    if inside.height > rows {
        let y = inside.bottom() - 1;
        let (key, words) = (card::on_ground(canvas, theme.key), card::on_ground(canvas, theme.key_text));
        let save = [("⏎ ", key), ("save", words)];
        let end = canvas.pieces(inside.x, y, inside.width, &save);
        canvas.hit(Rect { y, height: 1, width: end - inside.x, ..inside }, HitTarget::Confirm);
        let x = end + 3;
        let end =
            canvas.pieces(x, y, inside.right().saturating_sub(x), &[("esc ", key), ("leave it", words)]);
        canvas.hit(Rect { x, y, height: 1, width: end.saturating_sub(x) }, HitTarget::Cancel);
    }
}
