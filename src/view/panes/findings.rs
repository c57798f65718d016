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
    let key = hints::key(state, Command::ApplyFix);
    let fix = fix(state, finding, &key, theme);
    let own_line = area.height > 2 && finding.fix.is_some();
    if own_line || fix.is_empty() {
        let lines = usize::from(area.height - 1 - u16::from(own_line));
        let mut y = area.y + 1;
        for words in in_lines(&finding.evidence, lines) {
            canvas.put(x, y, room, &words, theme.dim);
            y += 1;
        }
        canvas.pieces(x, y, room, &fix);
        return;
    }
    // One line for both: what mends it matters more than what shows it, which the title has told in short.
    let seen = finding.evidence.first().map(Safe::as_str).unwrap_or_default();
    let wanted: usize =
        text::width(seen) + 2 + fix.iter().map(|(words, _)| text::width(words)).sum::<usize>();
    let mut pieces = fix;
    if !seen.is_empty() && (wanted <= usize::from(room) || text::width(seen) <= usize::from(room / 3)) {
        pieces.splice(0..0, [(seen, theme.dim), ("  ", theme.dim)]);
    }
    canvas.pieces(x, area.y + 1, room, &pieces);
}

/// The evidence in so many lines; what has no line of its own joins the last one.
fn in_lines(evidence: &[Safe], lines: usize) -> Vec<String> {
    if lines >= evidence.len() {
        return evidence.iter().map(Safe::to_string).collect();
    }
    let Some(last) = lines.checked_sub(1) else { return Vec::new() };
    let (first, rest) = evidence.split_at(last);
    let joined = rest.iter().map(Safe::as_str).collect::<Vec<_>>().join("; ");
    first.iter().map(Safe::to_string).chain([joined]).collect()
}

/// The key that applies it, where it is a task that may be started; else it is advice.
fn fix<'f>(state: &State, finding: &'f Finding, key: &'f str, theme: &Theme) -> Vec<Piece<'f>> {
    let Some(fix) = &finding.fix else { return Vec::new() };
    if fix.request.is_some() && !key.is_empty() && !state.read_only.is_on() {
        vec![(key, theme.key), (" ", theme.key_text), (&fix.label, theme.key_text)]
    } else {
        vec![("→ ", theme.dim), (&fix.label, theme.key_text)]
    }
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
