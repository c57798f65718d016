//! The keys of a pane and those that hold everywhere, from the command table.

use super::card::{self, Line};
use crate::app::State;
use crate::app::command::{CommandSpec, Scope, help};
use crate::app::dialog::Help;
use crate::config::theme::Theme;
use crate::view::canvas::Canvas;
use crate::view::frame::scrollbar;
use crate::view::{hints, text};
use ratatui::layout::Rect;

const WIDEST: u16 = 100;
const MOST_KEYS: usize = 14;
/// The longest title and a gap.
const TITLE: usize = 20;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: Help) {
    let theme = canvas.theme;
    let width = WIDEST.min(area.width);
    let lines = lines(state, dialog.scope, theme, usize::from(width.saturating_sub(4)));
    let height = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2)
        .min(area.height.saturating_sub(2).max(3));
    let place = card::place(area, width, height);
    let title = match dialog.scope {
        Scope::Everywhere | Scope::NoDocker => "Keys".to_owned(),
        Scope::Pane(pane) => format!("Keys in {}", pane.title()),
    };
    let inside = card::open(canvas, place, &title, theme.accent, theme.title);
    canvas.hits.dialog_rows = Some(inside.height);
    canvas.hits.dialog_lines = Some(lines.len());
    let first = dialog.scroll.min(lines.len().saturating_sub(usize::from(inside.height)));
    card::lines(canvas, inside, &lines[first..]);
    let edge = Rect { width: place.right().saturating_sub(1).saturating_sub(inside.x), ..inside };
    scrollbar(canvas, edge, first, usize::from(inside.height), lines.len());
}

fn lines(state: &State, scope: Scope, theme: &Theme, columns: usize) -> Vec<Line> {
    let specs = help(state, scope);
    let keys: Vec<String> = specs.iter().map(|spec| hints::keys(state, spec.command)).collect();
    let widest = keys.iter().map(|keys| text::width(keys)).max().unwrap_or(0).min(MOST_KEYS);
    let mut lines = Vec::new();
    let mut own = true;
    for (spec, keys) in specs.iter().zip(&keys) {
        if own && !spec.is_in(scope) && !lines.is_empty() {
            lines.push(vec![("Everywhere".to_owned(), theme.title)]);
        }
        own = spec.is_in(scope);
        lines.extend(command(spec, keys, widest, theme, columns));
    }
    lines
}

/// A command may take several lines: nothing of what it does is cut.
fn command(spec: &CommandSpec, keys: &str, widest: usize, theme: &Theme, columns: usize) -> Vec<Line> {
    let keys = text::fit(keys, widest);
    let blanks = " ".repeat(widest.saturating_sub(text::width(&keys)));
    let before = widest + 4 + TITLE;
    let parts = text::wrap(spec.help, columns.saturating_sub(before).max(20));
    let (mark, look) = hints::danger(spec.danger, theme);
    let line = |(index, part): (usize, String)| {
        if index > 0 {
            return vec![(" ".repeat(before), theme.dim), (part, theme.dim)];
        }
        vec![
            (format!("{keys}{blanks}  "), theme.key),
            (mark.to_owned(), look),
            (format!("{:<TITLE$}", spec.title), theme.text),
            (part, theme.dim),
        ]
    };
    parts.into_iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::COMMANDS;

    #[test]
    fn between_each_title_and_its_help_is_a_gap() {
        for spec in COMMANDS {
            assert!(text::width(spec.title) + 2 <= TITLE, "{}", spec.title);
        }
    }
}
