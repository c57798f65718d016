//! All that is known of a container, a service or a stack.

use super::card::{self, Line};
use super::confirm::fault_lines;
use crate::app::dialog::Inspect;
use crate::app::dialog::inspect::Content;
use crate::config::theme::Theme;
use crate::view::canvas::Canvas;
use crate::view::frame::scrollbar;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, dialog: &Inspect) {
    let theme = canvas.theme;
    let place = card::place(area, area.width.saturating_sub(4).max(20), area.height.saturating_sub(2).max(3));
    let inside = card::open(canvas, place, &dialog.title, theme.accent, theme.title);
    canvas.hits.dialog_rows = Some(inside.height);
    match &dialog.content {
        Content::Asked => {
            card::lines(canvas, inside, &[vec![("Asking…".to_owned(), theme.dim)]]);
        }
        Content::Failed(fault) => {
            card::lines(canvas, inside, &fault_lines(fault, theme, inside.width));
        }
        Content::Lines(lines) => {
            let rows = usize::from(inside.height);
            let first = dialog.scroll.min(dialog.len().saturating_sub(rows));
            let all = dialog.head.iter().chain(lines);
            let shown: Vec<Line> = all.skip(first).take(rows).map(|line| yaml(line, theme)).collect();
            card::lines(canvas, inside, &shown);
            let edge = Rect { width: place.right().saturating_sub(1).saturating_sub(inside.x), ..inside };
            scrollbar(canvas, edge, first, rows, dialog.len());
        }
    }
}

/// The key apart from its value.
fn yaml(line: &str, theme: &Theme) -> Line {
    let end = line.find(": ").map(|at| at + 1).or_else(|| line.ends_with(':').then_some(line.len()));
    match end {
        Some(end) => vec![(line[..end].to_owned(), theme.info), (line[end..].to_owned(), theme.text)],
        None => vec![(line.to_owned(), theme.text)],
    }
}
