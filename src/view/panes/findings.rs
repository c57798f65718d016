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
use std::ops::Range;

/// With more lines than these, evidence that does not fit is cut at its end, not line by line.
const LARGE: usize = 4;

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
    let findings: Vec<&Finding> = list.keys().iter().filter_map(|id| state.findings.get(id)).collect();
    let columns = if body.width < 6 { body.width } else { body.width - 2 };
    let whole: Vec<u16> =
        findings.iter().map(|finding| Whole::of(state, finding, columns).height()).collect();
    let mut heights = heights(&whole, list.index().unwrap_or(0), body.height);
    if let Some(selected) = list.index().filter(|_| state.zoomed && focused) {
        heights[selected] = whole[selected].min(body.height);
    }
    let shown = shown(&heights, list.index().unwrap_or(0), body.height);
    let rows = Rows {
        pane: PaneId::Findings,
        focused,
        body,
        height: 1,
        first: shown.start,
        shown,
        selected: list.index(),
    };
    let mut y = body.y;
    for index in rows.shown.clone() {
        let area = Rect { y, height: heights[index].min(body.bottom() - y), ..body };
        let inner = if area.width < 6 { area } else { Rect { x: area.x + 1, width: area.width - 2, ..area } };
        draw_finding(canvas, state, inner, findings[index]);
        rows.finish_in(canvas, index, area);
        y += area.height;
    }
    rows.scrollbar(canvas, all);
}

/// How many rows each finding gets: two if it can be, and what is left over first makes the selected one whole and
/// then the others, the worst first.
fn heights(whole: &[u16], selected: usize, room: u16) -> Vec<u16> {
    let least = if room < 4 { 1 } else { 2 };
    let mut heights: Vec<u16> = whole.iter().map(|height| (*height).min(least)).collect();
    let taken = heights.iter().fold(0, |sum: u16, height| sum.saturating_add(*height));
    let mut spare = room.saturating_sub(taken);
    for index in std::iter::once(selected).chain(0..whole.len()) {
        if let (Some(height), Some(whole)) = (heights.get_mut(index), whole.get(index)) {
            let more = whole.saturating_sub(*height).min(spare);
            *height += more;
            spare -= more;
        }
    }
    heights
}

/// The findings that have room, the selected one among them.
fn shown(heights: &[u16], selected: usize, room: u16) -> Range<usize> {
    let fits = |range: Range<usize>| {
        heights[range].iter().map(|height| u32::from(*height)).sum::<u32>() <= room.into()
    };
    let first = (0..selected).find(|first| fits(*first..selected + 1)).unwrap_or(selected);
    let end = (selected + 1..=heights.len()).rev().find(|end| fits(first..*end)).unwrap_or(selected + 1);
    first..end.min(heights.len())
}

/// All that a finding says, wrapped.
struct Whole {
    title: Vec<String>,
    evidence: Vec<String>,
    fix: Vec<String>,
}

impl Whole {
    fn of(state: &State, finding: &Finding, columns: u16) -> Self {
        let room = usize::from(columns.saturating_sub(2));
        let key = hints::key(state, Command::ApplyFix);
        let (sign, _) = sign(state, finding, &key, TextStyle::default(), TextStyle::default());
        let fix = finding.fix.as_ref();
        Self {
            title: text::wrap(&finding.title, room),
            evidence: finding.evidence.iter().flat_map(|line| text::wrap(line, room)).collect(),
            fix: fix.map_or_else(Vec::new, |fix| {
                text::wrap(&fix.label, room.saturating_sub(text::width(sign) + 1))
            }),
        }
    }

    fn height(&self) -> u16 {
        u16::try_from(self.title.len() + self.evidence.len() + self.fix.len()).unwrap_or(u16::MAX)
    }
}

fn draw_finding(canvas: &mut Canvas<'_>, state: &State, area: Rect, finding: &Finding) {
    let whole = Whole::of(state, finding, area.width);
    let without_evidence = usize::from(area.height).checked_sub(whole.title.len() + whole.fix.len());
    match without_evidence {
        Some(lines) if lines >= whole.evidence.len() || lines > LARGE => {
            draw_whole(canvas, state, area, finding, whole, lines);
        }
        Some(_) | None => draw_short(canvas, state, area, finding),
    }
}

/// With lines enough for the title, what mends it, and so many lines of evidence.
fn draw_whole(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    finding: &Finding,
    mut whole: Whole,
    lines: usize,
) {
    let theme = canvas.theme;
    let (symbol, look) = mark(finding.severity, theme);
    let (x, room) = (area.x + 2, area.width.saturating_sub(2));
    canvas.put(area.x, area.y, area.width, symbol, look);
    if whole.evidence.len() > lines {
        whole.evidence.truncate(lines);
        if let Some(last) = whole.evidence.last_mut() {
            last.push('…');
        }
    }
    let mut y = area.y;
    let said = whole.title.iter().map(|line| (line, theme.text));
    for (line, look) in said.chain(whole.evidence.iter().map(|line| (line, theme.dim))) {
        canvas.put(x, y, room, line, look);
        y += 1;
    }
    let key = hints::key(state, Command::ApplyFix);
    let (sign, look) = sign(state, finding, &key, theme.key, theme.dim);
    for (index, line) in whole.fix.iter().enumerate() {
        let indent = u16::try_from(text::width(sign) + 1).unwrap_or(u16::MAX).min(room);
        if index == 0 {
            canvas.put(x, y, indent, sign, look);
        }
        canvas.put(x + indent, y, room - indent, line, theme.key_text);
        y += 1;
    }
}

/// In few lines, each cut where it ends.
fn draw_short(canvas: &mut Canvas<'_>, state: &State, area: Rect, finding: &Finding) {
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

fn fix<'f>(state: &State, finding: &'f Finding, key: &'f str, theme: &Theme) -> Vec<Piece<'f>> {
    let Some(fix) = &finding.fix else { return Vec::new() };
    let (sign, look) = sign(state, finding, key, theme.key, theme.dim);
    vec![(sign, look), (" ", theme.key_text), (&fix.label, theme.key_text)]
}

/// The key that applies it, where it is a task that may be started; else it is advice.
fn sign<'f>(
    state: &State,
    finding: &Finding,
    key: &'f str,
    of_key: TextStyle,
    of_advice: TextStyle,
) -> (&'f str, TextStyle) {
    let applies = finding.fix.as_ref().is_some_and(|fix| fix.request.is_some());
    if applies && !key.is_empty() && !state.read_only.is_on() { (key, of_key) } else { ("→", of_advice) }
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
