//! What the operator is told in passing: a line or two, where they cover what is missed least and never the row that the
//! operator is on. All of it is kept among mcp-tui's own messages.

use super::canvas::Canvas;
use super::layout::Arrangement;
use super::{text, words};
use crate::app::State;
use crate::app::hit;
use crate::app::pane::PaneId;
use crate::app::store::notices::Notice;
use crate::domain::Operation;
use crate::domain::safe::TextStyle;
use ratatui::layout::Rect;

/// Lines of all notices together.
const MOST: usize = 2;
const WIDEST: u16 = 90;

/// Where the notices stand, and at which end of it.
#[derive(Debug, Clone, Copy)]
struct Place {
    area: Rect,
    at_the_top: bool,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, arrangement: &Arrangement, body: Rect) {
    // Without a daemon no pane is drawn.
    let Place { area, at_the_top } = if state.no_docker().is_some() {
        Place { area: body, at_the_top: false }
    } else {
        place(arrangement, body)
    };
    let mut left = MOST.min(usize::from(area.height));
    let mut told = Vec::new();
    for notice in state.notices.shown().rev() {
        if left == 0 {
            break;
        }
        let hint = notice.hint.as_deref().filter(|_| !is_a_finding(state, notice));
        let most = if told.is_empty() { left } else { 1 };
        let lines = lines(canvas, notice, hint, area.width.min(WIDEST).saturating_sub(6), most);
        left -= lines.len().min(left);
        told.push((notice, lines));
    }
    let rows = u16::try_from(MOST.min(usize::from(area.height)) - left).unwrap_or(0);
    let at_the_top = clear_of(canvas.hits.cursor, area, rows, at_the_top);
    let (mut top, mut bottom) = (area.y, area.bottom());
    for (notice, lines) in told {
        let height = u16::try_from(lines.len()).unwrap_or(1);
        let widest = lines.iter().map(|(words, _)| text::width(words)).max().unwrap_or(0);
        let width = u16::try_from(widest + 4).unwrap_or(u16::MAX).min(area.width);
        let y = if at_the_top { top } else { bottom - height };
        (top, bottom) = (top + height, bottom - height);
        let area = Rect { x: area.right() - width, y, width, height };
        canvas.clear(area, canvas.theme.dialog);
        let (_, mark_look) = words::severity(notice.severity, canvas.theme);
        for (y, (words, look)) in (area.y..area.bottom()).zip(&lines) {
            canvas.put(area.x, y, 1, "▌", mark_look);
            canvas.put(area.x + 2, y, area.width.saturating_sub(3), words, *look);
        }
    }
}

/// At which end they stand so that the row that the operator is on is seen: at the wanted one, unless that row is there
/// and not at the other end as well.
fn clear_of(cursor: Option<hit::Rect>, area: Rect, rows: u16, at_the_top: bool) -> bool {
    let covers = |at_the_top: bool| {
        let y = if at_the_top { area.y } else { area.bottom() - rows };
        let cursor = cursor.map(|cursor| Rect::new(cursor.x, cursor.y, cursor.width, cursor.height));
        cursor.is_some_and(|cursor| cursor.intersects(Rect { y, height: rows, ..area }))
    };
    // A row that fills the pane says most in its first lines.
    match (covers(at_the_top), covers(!at_the_top)) {
        (true, true) => false,
        (covered, _) => at_the_top != covered,
    }
}

/// The oldest lines of the logs are what is missed least; never the findings, of which a notice mostly tells one.
fn place(arrangement: &Arrangement, body: Rect) -> Place {
    let area_of = |wanted: &[PaneId]| {
        arrangement.panes.iter().find(|(pane, _)| wanted.contains(pane)).map(|(_, area)| *area)
    };
    let others = [PaneId::Tasks, PaneId::Backups, PaneId::Resources, PaneId::Messages, PaneId::Services];
    let logs = area_of(&[PaneId::Logs]);
    let framed = logs.or_else(|| area_of(&others));
    let inside = |area: Rect| Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    Place { area: framed.map_or(body, inside), at_the_top: logs.is_some() }
}

/// Whether the findings tell it as well, with what to do about it.
fn is_a_finding(state: &State, notice: &Notice) -> bool {
    let record = notice.task.as_ref().and_then(|task| state.tasks.get(task));
    record.is_some_and(|record| {
        let rule = if record.spec.operation == Operation::Backup { "task-backup" } else { "task" };
        state.findings.get(&format!("{rule}/{}", record.spec.target.name())).is_some()
    })
}

/// The words, and the hint in a line of its own when there is room for it.
fn lines(
    canvas: &Canvas<'_>,
    notice: &Notice,
    hint: Option<&str>,
    columns: u16,
    most: usize,
) -> Vec<(String, TextStyle)> {
    let theme = canvas.theme;
    let (symbol, look) = words::severity(notice.severity, theme);
    let columns = usize::from(columns.max(10));
    let hint = hint.filter(|_| most > 1);
    let for_words = most - usize::from(hint.is_some());
    let mut lines: Vec<_> = text::wrap_within(&format!("{symbol} {}", notice.text), columns, for_words)
        .into_iter()
        .map(|line| (line, theme.dialog))
        .collect();
    if let Some(first) = lines.first_mut().filter(|_| most > 1) {
        first.1 = TextStyle { background: theme.dialog.background, ..look };
    }
    if let Some(hint) = hint {
        let dim = TextStyle { background: theme.dialog.background, ..theme.dim };
        let room = most - lines.len();
        let wrapped = text::wrap_within(hint, columns.saturating_sub(2), room);
        lines.extend(wrapped.into_iter().map(|line| (format!("  {line}"), dim)));
    }
    lines
}
