//! The bottom line: the keys that matter here, or what is being typed.

use super::canvas::Canvas;
use super::{hints, text};
use crate::app::State;
use crate::app::hit::HitTarget;
use crate::app::input::Input;
use crate::app::pane::PaneId;
use crate::app::state::{Prompt, PromptKind};
use crate::domain::safe::TextStyle;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    match &state.prompt {
        Some(prompt) => draw_prompt(canvas, state, prompt, area),
        None => draw_hints(canvas, state, area),
    }
}

fn draw_prompt(canvas: &mut Canvas<'_>, state: &State, prompt: &Prompt, area: Rect) {
    let theme = canvas.theme;
    let (verb, sign) = match (prompt.kind, prompt.pane) {
        (PromptKind::Filter, PaneId::Logs) if !state.panes.patterns.is_open => ("search logs ", "/"),
        (PromptKind::Filter, _) => ("filter ", ""),
        (PromptKind::Keep, _) => ("keep lines that match ", "&"),
        (PromptKind::Remove, _) => ("remove lines that match ", "!"),
        (PromptKind::Time, _) => ("go to ", "T "),
    };
    let pane = if verb == "filter " { format!("{} /", prompt.pane.name()) } else { String::new() };
    let at = canvas.pieces(
        area.x + 1,
        area.y,
        area.width,
        &[(verb, theme.dim), (&pane, theme.dim), (sign, theme.key)],
    );
    let keys = match &prompt.complaint {
        Some(complaint) => format!("{complaint} "),
        None if prompt.kind == PromptKind::Time => {
            "10:31  2026-11-20 10:31  -5m  +30s   ⏎ go   esc back ".to_owned()
        }
        None => "⏎ keep   esc back ".to_owned(),
    };
    let look = if prompt.complaint.is_some() { theme.bad } else { theme.dim };
    let keys = keys.as_str();
    let room = area.right().saturating_sub(at);
    let taken = u16::try_from(text::width(keys)).unwrap_or(u16::MAX);
    // What is wrong is told at the cost of all but what is typed; which keys there are only where nothing is lost.
    let least = if prompt.complaint.is_some() {
        let typed = u16::try_from(text::width(prompt.input.text())).unwrap_or(u16::MAX);
        typed.saturating_add(1).clamp(6, (room / 2).max(6))
    } else {
        10
    };
    let left = room.saturating_sub(least + 2);
    let taken = if prompt.complaint.is_some() { taken.min(left) } else { taken };
    let is_told = taken > 0 && taken <= left;
    let room_for_text = if is_told { room - taken - 2 } else { room };
    input(canvas, at, area.y, room_for_text, &prompt.input, theme.text);
    if is_told {
        canvas.put(area.right() - taken, area.y, taken, keys, look);
    }
}

/// A line that is typed, with its cursor; its end stays in sight.
pub(super) fn input(
    canvas: &mut Canvas<'_>,
    x: u16,
    y: u16,
    room: u16,
    input: &Input,
    look: TextStyle,
) -> u16 {
    let (before, after) = input.halves();
    let room = usize::from(room);
    let hidden = (text::width(before) + 2).saturating_sub(room);
    let before = text::skip(before, hidden);
    let columns = |used: usize| u16::try_from(room.saturating_sub(used)).unwrap_or(u16::MAX);
    let at = canvas.put(x, y, columns(0), before, look);
    let first = after.chars().next().map_or_else(|| " ".to_owned(), |character| character.to_string());
    let cursor = TextStyle { reverse: true, ..look };
    let next = canvas.put(at, y, columns(text::width(before)), &first, cursor);
    let rest = after.get(first.len().min(after.len())..).unwrap_or_default();
    canvas.put(next, y, columns(text::width(before) + text::width(&first)), rest, look)
}

fn draw_hints(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let theme = canvas.theme;
    let read_only = format!("read-only: {} ", if state.read_only.is_on() { "on" } else { "off" });
    let mut end = area.right();
    if area.width >= 100 {
        let taken = u16::try_from(read_only.len()).unwrap_or(0);
        let look = if state.read_only.is_on() { theme.warning } else { theme.dim };
        canvas.put_right(area.x, area.y, area.width, &read_only, look);
        end = end.saturating_sub(taken + 1);
    }
    let mut shown = hints::all(state);
    keep_what_fits(state, &mut shown, usize::from(end.saturating_sub(area.x + 1)));
    let mut x = area.x + 1;
    for hint in &shown {
        let pieces = [(hint.key.as_str(), theme.key), (" ", theme.key_text), (hint.words, theme.key_text)];
        let next = canvas.pieces(x, area.y, end.saturating_sub(x), &pieces);
        canvas.hit(Rect { x, width: next - x, height: 1, ..area }, HitTarget::Command(hint.command));
        x = next + 2;
    }
}

fn keep_what_fits(state: &State, shown: &mut Vec<hints::Shown>, room: usize) {
    let width = |hint: &hints::Shown| text::width(&hint.key) + text::width(hint.words) + 3;
    while shown.iter().map(width).sum::<usize>() > room + 2 {
        let worst = shown.iter().enumerate().max_by_key(|(at, hint)| (hints::rank(state, hint.command), *at));
        match worst {
            Some((at, _)) => shown.remove(at),
            None => return,
        };
    }
}
