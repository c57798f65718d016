//! A question that is answered with Enter or Esc, and what its answers mean.

use super::card::{self, Line};
use crate::app::hit::HitTarget;
use crate::view::canvas::Canvas;
use ratatui::layout::Rect;

const WIDTH: u16 = 64;

pub(super) struct Question<'t> {
    pub title: &'t str,
    pub text: &'t [&'t str],
    pub yes: &'t str,
    pub no: &'t str,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, question: &Question<'_>) {
    let theme = canvas.theme;
    let width = WIDTH.min(area.width);
    let columns = width.saturating_sub(4);
    let paragraphs = question.text.iter().map(|text| card::wrapped(text, columns, theme.text));
    let lines: Vec<Line> = paragraphs.flatten().collect();
    let height = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
    let inside =
        card::open(canvas, card::place(area, width, height), question.title, theme.accent, theme.title);
    card::lines(canvas, inside, &lines);
    let y = inside.bottom().saturating_sub(1);
    let (key, words) = (card::on_ground(canvas, theme.key), card::on_ground(canvas, theme.key_text));
    let next = canvas.pieces(inside.x, y, inside.width, &[("⏎ ", key), (question.yes, words)]);
    canvas.hit(Rect { y, height: 1, width: next - inside.x, ..inside }, HitTarget::Confirm);
    let x = next + 3;
    let room = inside.right().saturating_sub(x);
    let end = canvas.pieces(x, y, room, &[("esc ", key), (question.no, words)]);
    canvas.hit(Rect { x, y, height: 1, width: end.saturating_sub(x) }, HitTarget::Cancel);
}
