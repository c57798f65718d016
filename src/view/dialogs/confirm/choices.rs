//! What the card lets one choose: a line each, the one that Space changes marked.

use crate::app::dialog::Confirm;
use crate::app::dialog::confirm::Choice;
use crate::app::hit::HitTarget;
use crate::config::theme::Theme;
use crate::domain::Safe;
use crate::view::canvas::Canvas;
use crate::view::dialogs::card::{self, Line};
use crate::view::frame::scrollbar;
use crate::view::text;
use ratatui::layout::Rect;

/// More would take the plan's room; the others are scrolled to.
const MOST: usize = 6;
const MOST_ON_A_SHORT_SCREEN: usize = 3;
const KEY: usize = 6;
const WIDEST: usize = 34;

/// Rows that they take, with the blank one below them.
pub(super) fn height(dialog: &Confirm, short: bool) -> u16 {
    let shown = dialog.choices.all().len().min(if short { MOST_ON_A_SHORT_SCREEN } else { MOST });
    u16::try_from(if shown == 0 { 0 } else { shown + 1 }).unwrap_or(u16::MAX)
}

/// Returns the row after them.
pub(super) fn draw(canvas: &mut Canvas<'_>, dialog: &Confirm, area: Rect, short: bool) -> u16 {
    let theme = canvas.theme;
    let (all, cursor) = (dialog.choices.all(), dialog.choices.cursor());
    let room = height(dialog, short).saturating_sub(1).min(area.height);
    let shown = all.len().min(usize::from(room));
    let widest = all.iter().map(|choice| text::width(&label(choice))).max().unwrap_or(0).min(WIDEST);
    let first = (cursor + 1).saturating_sub(shown);
    for (y, (index, choice)) in (area.y..area.bottom()).zip(all.iter().enumerate().skip(first).take(shown)) {
        let place = Rect { y, height: 1, ..area };
        let key = if index == cursor { "space" } else { "" };
        let mut line: Line = vec![(format!("{key:<KEY$}"), theme.key)];
        line.extend(words(choice, widest, theme));
        card::lines(canvas, place, &[line]);
        canvas.hit(place, HitTarget::Choice(index));
        if index == cursor && all.len() > 1 {
            canvas.paint(place, theme.selection);
        }
    }
    let rows = u16::try_from(shown).unwrap_or(u16::MAX);
    scrollbar(canvas, Rect { width: area.width + 1, height: rows, ..area }, first, shown, all.len());
    area.y + rows + u16::from(rows > 0)
}

/// What is chosen.
fn label(choice: &Choice) -> String {
    match choice {
        Choice::Volumes(_) => "delete its volumes too".to_owned(),
        Choice::AnonymousVolumes(_) => "delete their anonymous volumes too".to_owned(),
        Choice::BlueGreen(_) => "blue-green".to_owned(),
        Choice::Orphans { .. } => "remove what the files do not have".to_owned(),
        Choice::Overlay { overlay, .. } => format!("overlay {}", Safe::new(&overlay.name)),
        Choice::Profile { profile, .. } => format!("profile {}", Safe::new(&profile.name)),
        Choice::Signal(place) => format!("signal {}", Choice::signal(*place)),
    }
}

fn words(choice: &Choice, widest: usize, theme: &Theme) -> Line {
    let gone = |on: bool| (if on { "their data is gone for good" } else { "" }.to_owned(), theme.bad);
    let listed = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| Safe::new(name).to_string()).collect();
        (names.join(", "), theme.dim)
    };
    let (on, look, more) = match choice {
        Choice::Volumes(on) | Choice::AnonymousVolumes(on) => (Some(*on), theme.bad, gone(*on)),
        Choice::BlueGreen(on) => (
            Some(*on),
            theme.accent,
            ("all new ones beside all old ones, which stay until accepted".to_owned(), theme.dim),
        ),
        Choice::Orphans { remove, names } => (Some(*remove), theme.warning, listed(names)),
        Choice::Overlay { laid, overlay } => {
            let file = overlay.file.file_name().map(|name| name.to_string_lossy().into_owned());
            (Some(*laid), theme.accent, (Safe::new(file.unwrap_or_default()).to_string(), theme.dim))
        }
        Choice::Profile { active, profile } => (Some(*active), theme.accent, listed(&profile.services)),
        Choice::Signal(_) => (None, theme.accent, ("or another one".to_owned(), theme.dim)),
    };
    let mark = match on {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let label = text::fit(&label(choice), widest).into_owned();
    let blanks = " ".repeat(widest.saturating_sub(text::width(&label)) + 3);
    let look = if on == Some(false) { theme.text } else { look };
    vec![(format!("{mark}{label}{blanks}"), look), more]
}
