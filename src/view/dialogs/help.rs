//! The keys of a pane and those that hold everywhere, from the command table.

use super::card::{self, Line};
use crate::app::State;
use crate::app::command::{CommandSpec, Danger, Scope, help};
use crate::app::dialog::Help;
use crate::config::theme::Theme;
use crate::view::canvas::Canvas;
use crate::view::frame::scrollbar;
use crate::view::hints;
use ratatui::layout::Rect;

const WIDEST: u16 = 84;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, dialog: Help) {
    let theme = canvas.theme;
    let lines = lines(state, dialog.scope, theme);
    let height = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2)
        .min(area.height.saturating_sub(2).max(3));
    let place = card::place(area, WIDEST.min(area.width), height);
    let title = match dialog.scope {
        Scope::Everywhere | Scope::NoDocker => "Keys".to_owned(),
        Scope::Pane(pane) => format!("Keys in {}", pane.title()),
    };
    let inside = card::open(canvas, place, &title, theme.accent, theme.title);
    canvas.hits.dialog_rows = Some(inside.height);
    let first = dialog.scroll.min(lines.len().saturating_sub(usize::from(inside.height)));
    card::lines(canvas, inside, &lines[first..]);
    let edge = Rect { width: place.right().saturating_sub(1).saturating_sub(inside.x), ..inside };
    scrollbar(canvas, edge, first, usize::from(inside.height), lines.len());
}

fn lines(state: &State, scope: Scope, theme: &Theme) -> Vec<Line> {
    let specs = help(state, scope);
    let keys: Vec<String> = specs.iter().map(|spec| hints::keys(state, spec.command)).collect();
    let widest = keys.iter().map(|keys| crate::view::text::width(keys)).max().unwrap_or(0).min(20);
    let mut lines = Vec::new();
    let mut own = true;
    for (spec, keys) in specs.iter().zip(&keys) {
        if own && !spec.is_in(scope) && !lines.is_empty() {
            lines.push(vec![("Everywhere".to_owned(), theme.title)]);
        }
        own = spec.is_in(scope);
        lines.push(line(spec, keys, widest, theme));
    }
    lines
}

fn line(spec: &CommandSpec, keys: &str, widest: usize, theme: &Theme) -> Line {
    let blanks = " ".repeat(widest.saturating_sub(crate::view::text::width(keys)));
    let mark = match spec.danger {
        Danger::None => ("  ".to_owned(), theme.dim),
        Danger::Changes => ("↻ ".to_owned(), theme.warning),
        Danger::Destroys => ("✗ ".to_owned(), theme.bad),
    };
    vec![
        (format!("{keys}{blanks}  "), theme.key),
        mark,
        (format!("{:<18}", spec.title), theme.text),
        (spec.help.to_owned(), theme.dim),
    ]
}
