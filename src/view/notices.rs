//! What the operator is told in passing, in the lower right corner above the keys.

use super::canvas::Canvas;
use super::{text, words};
use crate::app::State;
use crate::app::store::notices::Notice;
use crate::domain::safe::TextStyle;
use ratatui::layout::Rect;

const MOST: usize = 3;
const WIDEST: u16 = 90;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    let notices: Vec<&Notice> = state.notices.shown().rev().take(MOST).collect();
    let mut bottom = body.bottom();
    for (place, notice) in notices.into_iter().enumerate() {
        let lines = lines(canvas, notice, place == 0, body.width.min(WIDEST).saturating_sub(6));
        let height = u16::try_from(lines.len()).unwrap_or(1);
        let widest = lines.iter().map(|(words, _)| text::width(words)).max().unwrap_or(0);
        let width = u16::try_from(widest + 4).unwrap_or(u16::MAX).min(body.width);
        if height + 2 > bottom.saturating_sub(body.y) {
            return;
        }
        bottom -= height;
        let area = Rect { x: body.right() - width, y: bottom, width, height };
        canvas.clear(area, canvas.theme.dialog);
        let (_, mark_look) = words::severity(notice.severity, canvas.theme);
        for (y, (words, look)) in (area.y..area.bottom()).zip(&lines) {
            canvas.put(area.x, y, 1, "▌", mark_look);
            canvas.put(area.x + 2, y, area.width.saturating_sub(3), words, *look);
        }
    }
}

/// The news wrapped and with its hint; older ones in a line each.
fn lines(canvas: &Canvas<'_>, notice: &Notice, is_news: bool, columns: u16) -> Vec<(String, TextStyle)> {
    let theme = canvas.theme;
    let (symbol, look) = words::severity(notice.severity, theme);
    let columns = usize::from(columns.max(10));
    let words = format!("{symbol} {}", notice.text);
    if !is_news {
        return vec![(text::fit(&words, columns).into_owned(), theme.dialog)];
    }
    let mut lines: Vec<_> =
        text::wrap(&words, columns).into_iter().take(4).map(|line| (line, theme.dialog)).collect();
    if let Some(first) = lines.first_mut() {
        first.1 = TextStyle { background: theme.dialog.background, ..look };
    }
    if let Some(hint) = &notice.hint {
        let dim = TextStyle { background: theme.dialog.background, ..theme.dim };
        lines.extend(
            text::wrap(hint, columns.saturating_sub(2))
                .into_iter()
                .take(3)
                .map(|line| (format!("  {line}"), dim)),
        );
    }
    lines
}
