//! The command palette.

use super::card;
use crate::app::State;
use crate::app::command::available;
use crate::app::dialog::Palette;
use crate::app::hit::HitTarget;
use crate::view::canvas::Canvas;
use crate::view::{bottom, hints};
use ratatui::layout::Rect;

const WIDEST: u16 = 100;
const TALLEST: u16 = 16;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: &Palette) {
    let theme = canvas.theme;
    let height = TALLEST.min(area.height);
    // It hangs from the same place however many commands are left, so that the typed line does not move.
    let place = card::place(area, WIDEST.min(area.width), height);
    let inside = card::open(canvas, place, "Commands", theme.accent, theme.title);
    if inside.height == 0 {
        return;
    }
    let ground = |canvas: &Canvas<'_>, look| card::on_ground(canvas, look);
    let at = canvas.put(inside.x, inside.y, 2, ": ", ground(canvas, theme.key));
    bottom::input(
        canvas,
        at,
        inside.y,
        inside.right().saturating_sub(at),
        &dialog.input,
        ground(canvas, theme.text),
    );
    let list = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
    canvas.hits.dialog_rows = Some(list.height);
    if dialog.list.keys().is_empty() {
        canvas.put(list.x, list.y, list.width, "No command of that name.", ground(canvas, theme.dim));
    }
    let first = dialog.list.first_visible(usize::from(list.height));
    let shown = dialog.list.keys().iter().enumerate().skip(first);
    for (y, (index, command)) in (list.y..list.bottom()).zip(shown) {
        let spec = command.spec();
        let possible = available(state, *command).is_ok();
        let look = ground(canvas, if possible { theme.text } else { theme.dim });
        let dim = ground(canvas, theme.dim);
        let key = hints::key(state, *command);
        canvas.put_right(list.x, y, 9.min(list.width), &key, ground(canvas, theme.key));
        let (mark, look_of_mark) = hints::danger(spec.danger, theme);
        canvas.put(list.x + 10, y, 2, mark, ground(canvas, look_of_mark));
        let at = list.x + 12;
        let end = canvas.put(at, y, 18.min(list.right().saturating_sub(at)), spec.title, look);
        let at = end.max(at + 18);
        canvas.put(at, y, list.right().saturating_sub(at), spec.help, dim);
        let row = Rect { y, height: 1, ..list };
        canvas.hit(row, HitTarget::PaletteRow(index));
        if dialog.list.index() == Some(index) {
            canvas.paint(row, theme.selection);
        }
    }
}
