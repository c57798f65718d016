//! The confirm card: what will be done, what it stops and for how long, what it touches, and docker's own line for it.

mod choices;
mod facts;
mod plan;

use super::card::{self, Line};
use crate::app::command::Danger;
use crate::app::dialog::Confirm;
use crate::app::dialog::confirm::{Phase, Row};
use crate::app::hit::HitTarget;
use crate::domain::{Fault, Safe};
use crate::view::bottom;
use crate::view::canvas::Canvas;
use crate::view::frame::scrollbar;
use ratatui::layout::Rect;

const WIDEST: u16 = 108;
/// On fewer rows the plan needs those that facts would take.
const SHORT: u16 = 30;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, dialog: &Confirm) {
    let theme = canvas.theme;
    let width = area.width.saturating_sub(4).min(WIDEST).max(area.width.min(30));
    let columns = width.saturating_sub(4);
    let steps = plan::lines(dialog, theme, columns);
    let short = area.height < SHORT;
    let facts = facts::facts(dialog, theme, columns, short);
    let above = asked(canvas, dialog);
    let chosen = choices::height(dialog, short);
    let wanted = above.len() + usize::from(chosen) + steps.len() + facts.len() + typed_rows(dialog) + 4;
    let height =
        u16::try_from(wanted).unwrap_or(u16::MAX).min(area.height.saturating_sub(2).max(area.height.min(6)));
    let place = card::place(area, width, height);
    let (border, title) = match dialog.danger {
        Danger::Destroys => (theme.bad, theme.danger),
        Danger::Changes | Danger::None => (theme.accent, theme.title),
    };
    let inside = card::open(canvas, place, &Safe::new(&dialog.title), border, title);
    let below = u16::try_from(facts.len() + typed_rows(dialog) + 2).unwrap_or(u16::MAX);
    let top = card::lines(canvas, inside, &above);
    let top = choices::draw(
        canvas,
        dialog,
        Rect { y: top, height: inside.bottom().saturating_sub(top), ..inside },
        short,
    );
    // The steps scroll; what must be read, and the keys, stay.
    let room = inside.bottom().saturating_sub(top).saturating_sub(below);
    let room = room.max(inside.bottom().saturating_sub(top).saturating_sub(2).min(1));
    let list = Rect { y: top, height: room, ..inside };
    canvas.hits.dialog_rows = Some(room);
    let first = first_line(dialog, &steps, usize::from(room));
    draw_plan(canvas, dialog, list, &steps[first..], usize::from(room) < steps.len());
    let edge = Rect { width: place.right().saturating_sub(1).saturating_sub(list.x), ..list };
    scrollbar(canvas, edge, first, usize::from(room).min(steps.len()), steps.len());
    let facts_area =
        Rect { y: list.bottom(), height: inside.bottom().saturating_sub(list.bottom() + 1), ..inside };
    let y = card::lines(canvas, facts_area, &facts);
    draw_typed(canvas, dialog, Rect { y, height: inside.bottom().saturating_sub(y), ..inside });
    if inside.height > 1 {
        draw_keys(canvas, dialog, Rect { y: inside.bottom() - 1, height: 1, ..inside });
    }
}

/// The line to begin with, so that all of the cursor's row is seen.
fn first_line(dialog: &Confirm, lines: &[(usize, Line)], room: usize) -> usize {
    let row = dialog.rows.first_visible(room);
    let begin = lines.iter().position(|(of, _)| *of >= row).unwrap_or(0);
    let selected = dialog.rows.index().unwrap_or(0);
    let past = lines.iter().rposition(|(of, _)| *of == selected).map_or(0, |last| last + 1);
    begin.max(past.saturating_sub(room)).min(lines.len().saturating_sub(room))
}

/// The cursor is only drawn where it has something to do: to fold, or to scroll.
fn draw_plan(canvas: &mut Canvas<'_>, dialog: &Confirm, area: Rect, lines: &[(usize, Line)], scrolls: bool) {
    let moves = scrolls || can_fold(dialog);
    for (y, (row, line)) in (area.y..area.bottom()).zip(lines) {
        let place = Rect { y, height: 1, ..area };
        card::lines(canvas, place, std::slice::from_ref(line));
        canvas.hit(place, HitTarget::PlanRow(*row));
        if moves && dialog.rows.index() == Some(*row) {
            canvas.paint(place, canvas.theme.selection);
        }
    }
}

fn can_fold(dialog: &Confirm) -> bool {
    dialog.rows.keys().iter().any(|row| match row {
        Row::Branch { part, branch } => dialog.is_open(*part, *branch).is_some(),
        Row::Part(_) | Row::Note(_) | Row::Step { .. } => false,
    })
}

/// How many replicas are asked for, above the plan.
fn asked(canvas: &Canvas<'_>, dialog: &Confirm) -> Vec<Line> {
    let theme = canvas.theme;
    let mut lines = Vec::new();
    if let Some(replicas) = &dialog.replicas {
        let selected = crate::domain::safe::TextStyle { reverse: true, bold: true, ..theme.text };
        lines.push(vec![
            ("Replicas  ".to_owned(), theme.text),
            (format!("{} → ", replicas.before), theme.dim),
            (format!(" {} ", replicas.wanted), selected),
            ("   type a number, or + and -".to_owned(), theme.dim),
        ]);
        lines.push(Vec::new());
    }
    lines
}

fn typed_rows(dialog: &Confirm) -> usize {
    if dialog.typed.is_some() { 2 } else { 0 }
}

fn draw_typed(canvas: &mut Canvas<'_>, dialog: &Confirm, area: Rect) {
    let Some(typed) = &dialog.typed else { return };
    if area.height < 2 {
        return;
    }
    let theme = canvas.theme;
    let right = typed.input.text() == typed.expected;
    let look = card::on_ground(canvas, if right { theme.good } else { theme.text });
    let y = area.y + u16::from(area.height > 2);
    let expected = Safe::new(&typed.expected);
    let at = canvas.pieces(
        area.x,
        y,
        area.width,
        &[
            ("Type ", card::on_ground(canvas, theme.text)),
            (&expected, card::on_ground(canvas, theme.bad)),
            (" to confirm: ", card::on_ground(canvas, theme.text)),
        ],
    );
    bottom::input(canvas, at, y, area.right().saturating_sub(at), &typed.input, look);
}

fn draw_keys(canvas: &mut Canvas<'_>, dialog: &Confirm, area: Rect) {
    let theme = canvas.theme;
    let key = card::on_ground(canvas, theme.key);
    let words = card::on_ground(canvas, theme.key_text);
    let dim = card::on_ground(canvas, theme.dim);
    let mut x = area.x;
    if dialog.is_ready() {
        let verb = dialog.parts.first().map_or("do it", |part| part.task.operation.verb());
        let next = canvas.pieces(x, area.y, area.width, &[("⏎ ", key), (verb, words)]);
        canvas.hit(Rect { x, width: next - x, ..area }, HitTarget::Confirm);
        x = next + 3;
    } else if let Some(state) = waiting(dialog) {
        x = canvas.put(x, area.y, area.width, state, dim) + 3;
    }
    let close = if dialog.is_idle() || dialog.faults().next().is_some() { "close" } else { "cancel" };
    let next = canvas.pieces(x, area.y, area.right().saturating_sub(x), &[("esc ", key), (close, words)]);
    canvas.hit(Rect { x, width: next.saturating_sub(x), ..area }, HitTarget::Cancel);
    let mut x = next + 3;
    let mut offer = |keys: &str, what: &str| {
        let room = area.right().saturating_sub(x);
        if usize::from(room) > keys.len() + what.len() {
            x = canvas.pieces(x, area.y, room, &[(keys, key), (" ", words), (what, words)]) + 3;
        }
    };
    if dialog.choices.all().len() > 1 {
        offer("tab", "next choice");
    }
    if can_fold(dialog) && dialog.typed.is_none() {
        offer("h l", "fold, unfold");
    }
}

/// What has to happen before Enter does it.
fn waiting(dialog: &Confirm) -> Option<&'static str> {
    if dialog.is_starting() {
        return Some("starting…");
    }
    let any = |test: fn(&Phase) -> bool| dialog.parts.iter().any(|part| test(&part.phase));
    if any(|phase| matches!(phase, Phase::Planning)) {
        return Some("planning…");
    }
    if any(|phase| matches!(phase, Phase::Asking)) {
        return Some("so many there are now");
    }
    let typing = dialog.typed.as_ref().is_some_and(|typed| typed.input.text() != typed.expected);
    (typing && !dialog.is_idle()).then_some("⏎ after typing")
}

/// A failure: what was tried, why it failed, and what to do.
pub(super) fn fault_lines(fault: &Fault, theme: &crate::config::theme::Theme, columns: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    for (fault, hint) in fault.each() {
        let what = format!("✗ {} {}", fault.operation, Safe::new(&fault.object));
        lines.extend(card::wrapped(what.trim_end(), columns, theme.bad));
        let told = fault.causes.iter().map(|cause| (cause.as_str(), theme.text));
        for (text, look) in told.chain(hint.map(|hint| (hint, theme.info))) {
            let wrapped = card::wrapped(&Safe::new(text), columns.saturating_sub(2), look);
            lines.extend(wrapped.into_iter().map(indented));
        }
    }
    lines
}

fn indented(mut line: Line) -> Line {
    line.insert(0, ("  ".to_owned(), crate::domain::safe::TextStyle::default()));
    line
}
