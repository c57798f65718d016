//! A box in the middle of the screen, with a title, text of several styles, and a ground of its own.

use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::frame::border_box;
use crate::view::text;
use ratatui::layout::Rect;

/// A line of several styles.
pub(super) type Line = Vec<(String, TextStyle)>;

/// A style on the ground of dialogs.
pub(super) fn on_ground(canvas: &Canvas<'_>, look: TextStyle) -> TextStyle {
    let ground = canvas.theme.dialog;
    TextStyle {
        background: look.background.or(ground.background),
        foreground: look.foreground.or(ground.foreground),
        ..look
    }
}

/// A box of at most this size in the middle of the area.
pub(super) fn place(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Draws ground, border and title; returns the room inside, with a blank column on each side where there is room.
pub(super) fn open(
    canvas: &mut Canvas<'_>,
    area: Rect,
    title: &str,
    border: TextStyle,
    title_look: TextStyle,
) -> Rect {
    let ground = canvas.theme.dialog;
    canvas.clear(area, ground);
    if area.width < 4 || area.height < 3 {
        return area;
    }
    border_box(canvas, area, on_ground(canvas, border), false);
    let title = format!(" {} ", text::fit(title, usize::from(area.width - 4).saturating_sub(2)));
    canvas.put(area.x + 2, area.y, area.width - 4, &title, on_ground(canvas, title_look));
    let inset = if area.width > 20 { 2 } else { 1 };
    Rect { x: area.x + inset, y: area.y + 1, width: area.width - 2 * inset, height: area.height - 2 }
}

/// Draws lines from the top down; returns the row after the last.
pub(super) fn lines(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line]) -> u16 {
    let mut y = area.y;
    for line in lines {
        if y >= area.bottom() {
            break;
        }
        let looks: Vec<_> =
            line.iter().map(|(words, look)| (words.as_str(), on_ground(canvas, *look))).collect();
        canvas.pieces(area.x, y, area.width, &looks);
        y += 1;
    }
    y
}

/// A text wrapped to the width, in one style.
pub(super) fn wrapped(words: &str, columns: u16, look: TextStyle) -> Vec<Line> {
    text::wrap(words, usize::from(columns)).into_iter().map(|part| vec![(part, look)]).collect()
}
