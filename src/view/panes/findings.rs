//! Pane 5: what is wrong, what shows it, and what mends it.

use super::Rows;
use crate::app::State;
use crate::app::command::Command;
use crate::app::pane::PaneId;
use crate::app::store::findings::{Finding, Severity};
use crate::config::theme::Theme;
use crate::domain::Safe;
use crate::domain::safe::TextStyle;
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::Frame;
use crate::view::{hints, text};
use ratatui::layout::Rect;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let list = &state.panes.findings.list;
    let filter = list.filter.as_ref().map(|pattern| format!("/{}/ ", pattern.text()));
    let mut frame = Frame::new(PaneId::Findings, focused);
    if let Some(filter) = &filter {
        frame = frame.left([(filter.as_str(), theme.accent)]);
    }
    let body = frame.draw(canvas, area);
    let all = list.keys().len();
    if all == 0 {
        let (mark, words) = match (&list.filter, state.fleet.is_listed()) {
            (Some(_), _) => ("", "No finding matches the filter."),
            (None, true) => ("✓ ", "Nothing wrong that the rules know of."),
            (None, false) => ("", "Nothing known yet."),
        };
        canvas.pieces(
            body.x + 1,
            body.y,
            body.width.saturating_sub(2),
            &[(mark, theme.good), (words, theme.dim)],
        );
        return;
    }
    let evidence = state.findings.findings().iter().map(|finding| finding.evidence.len()).max().unwrap_or(0);
    let most = u16::try_from(evidence + 2).unwrap_or(4).clamp(2, 5);
    let share = body.height / u16::try_from(all).unwrap_or(u16::MAX);
    let height = if body.height < 4 { 1 } else { share.clamp(2, most) };
    let rows = Rows::of(list, PaneId::Findings, focused, body, height);
    for index in rows.shown.clone() {
        if let Some(finding) = list.keys().get(index).and_then(|id| state.findings.get(id)) {
            draw_finding(canvas, state, rows.text_area(index), finding);
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, all);
}

fn draw_finding(canvas: &mut Canvas<'_>, state: &State, area: Rect, finding: &Finding) {
    let theme = canvas.theme;
    let (symbol, look) = mark(finding.severity, theme);
    canvas.pieces(area.x, area.y, area.width, &[(symbol, look), (" ", look), (&finding.title, theme.text)]);
    if area.height < 2 {
        return;
    }
    let (x, room) = (area.x + 2, area.width.saturating_sub(2));
    // The fix has a line of its own where there are three; else it stands at the end of the second.
    let own_line = area.height > 2 && finding.fix.is_some();
    let fixed = draw_fix(canvas, state, (x, area.bottom() - 1, room), finding, own_line);
    let lines = usize::from(area.height - 1 - u16::from(own_line));
    let shown: Vec<String> = if lines >= finding.evidence.len() {
        finding.evidence.iter().map(Safe::to_string).collect()
    } else {
        let (first, rest) = finding.evidence.split_at(lines - 1);
        let last = rest.iter().map(Safe::as_str).collect::<Vec<_>>().join("; ");
        first.iter().map(Safe::to_string).chain([last]).collect()
    };
    for (line, words) in (area.y + 1..area.bottom()).zip(&shown) {
        let room = if line + 1 == area.bottom() { room.saturating_sub(fixed) } else { room };
        canvas.put(x, line, room, words, theme.dim);
    }
}

/// At the left end of a line of its own, else at the right end; returns the columns taken, with a gap before it.
fn draw_fix(
    canvas: &mut Canvas<'_>,
    state: &State,
    (x, y, room): (u16, u16, u16),
    finding: &Finding,
    own_line: bool,
) -> u16 {
    let theme = canvas.theme;
    let Some(fix) = &finding.fix else { return 0 };
    let key = hints::key(state, Command::ApplyFix);
    let pieces: Vec<Piece<'_>> = match (&fix.request, key.is_empty() || state.read_only.is_on()) {
        (Some(_), false) => vec![(&key, theme.key), (" ", theme.key_text), (&fix.label, theme.key_text)],
        (Some(_) | None, _) => vec![("→ ", theme.dim), (&fix.label, theme.key_text)],
    };
    let wanted: usize = pieces.iter().map(|(words, _)| text::width(words)).sum();
    if own_line {
        canvas.pieces(x, y, room, &pieces);
        return room;
    }
    // What was seen keeps some of the line.
    let taken = u16::try_from(wanted).unwrap_or(u16::MAX).min(room.saturating_sub(room / 3));
    canvas.pieces(x + room - taken, y, taken, &pieces);
    taken + 2
}

fn mark(severity: Severity, theme: &Theme) -> (&'static str, TextStyle) {
    match severity {
        Severity::Critical => ("✗", theme.bad),
        Severity::Warning => ("⚠", theme.warning),
    }
}

/// One line that stands for the pane where it has no room.
pub(in crate::view) fn strip(state: &State, theme: &Theme) -> Vec<(String, TextStyle)> {
    let findings = state.findings.findings();
    let Some(first) = findings.first() else {
        let words = if state.fleet.is_listed() {
            "nothing wrong that the rules know of"
        } else {
            "nothing known yet"
        };
        return vec![(words.to_owned(), theme.dim)];
    };
    let mut pieces = Vec::new();
    if findings.len() > 1 {
        pieces.push((format!("{}   ", findings.len()), theme.text));
    }
    let (symbol, look) = mark(first.severity, theme);
    pieces.extend([(format!("{symbol} "), look), (first.title.to_string(), theme.text)]);
    pieces
}
