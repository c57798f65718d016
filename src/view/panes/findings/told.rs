//! What a finding says, line by line: what shows it, what else it explains, and what mends it.

use crate::app::State;
use crate::app::command::Command;
use crate::app::pane::findings::Preview;
use crate::app::store::findings::{Confidence, Evidence, Finding, Incident, Severity, Span};
use crate::domain::safe::TextStyle;
use crate::domain::{Fault, Plan, Safe, units};
use crate::view::canvas::Canvas;
use crate::view::{hints, text, words};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

/// Pieces that stand one after the other.
pub(super) type Line = Vec<(String, TextStyle)>;

/// `11-20 10:31`
const TIME: usize = 11;
/// The longest word for an origin, `inspect`.
const ORIGIN: usize = 7;
/// Spans of one incident that are told.
const SPANS: usize = 6;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line]) {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let pieces: Vec<_> = line.iter().map(|(words, look)| (words.as_str(), *look)).collect();
        canvas.pieces(area.x + 1, y, area.width.saturating_sub(2), &pieces);
    }
}

/// What shows it and what mends it, in so many lines, behind the title where the list has not all of it. What mends it
/// matters more.
pub(super) fn in_short(
    canvas: &Canvas<'_>,
    state: &State,
    finding: &Finding,
    columns: u16,
    (room, titled): (usize, bool),
) -> Vec<Line> {
    let theme = canvas.theme;
    let columns = usize::from(columns);
    let fix = fix(canvas, state, finding, columns);
    let title = std::iter::once(&finding.title).filter(|_| titled);
    let told = title.chain(finding.evidence.iter().map(|line| &line.text)).chain(&finding.explains);
    let mut seen: Vec<Line> = told.flat_map(|line| indented(line, columns, theme.dim)).collect();
    let left = room.saturating_sub(fix.len());
    if seen.len() > left {
        seen.truncate(left);
        if let Some((words, _)) = seen.last_mut().and_then(|line| line.last_mut()) {
            words.push('…');
        }
    }
    seen.extend(fix.into_iter().take(room));
    seen
}

/// All of it.
pub(super) fn in_full(
    canvas: &Canvas<'_>,
    state: &State,
    incident: &Incident,
    preview: &Preview,
    columns: u16,
) -> Vec<Line> {
    let theme = canvas.theme;
    let finding = &incident.finding;
    let columns = usize::from(columns);
    let mut lines: Vec<Line> = Vec::new();
    let (symbol, look) = super::mark(finding.severity, theme);
    for (at, part) in text::wrap(&finding.title, columns.saturating_sub(2)).into_iter().enumerate() {
        let lead = if at == 0 { symbol } else { " " };
        lines.push(vec![(format!("{lead} "), look), (part, TextStyle { bold: true, ..theme.text })]);
    }
    lines.push(vec![("  ".to_owned(), theme.dim), (confidence(finding.confidence).to_owned(), theme.text)]);
    for part in course(incident, canvas.now, canvas.zone) {
        lines.extend(indented(&part, columns, theme.dim));
    }
    let root = incident.told_with.as_deref().and_then(|id| state.findings.get(id));
    if let Some(root) = root {
        lines.extend(indented(&format!("it is part of this: {}", root.title), columns, theme.accent));
    }
    lines.extend(heading("seen by", canvas));
    for line in &finding.evidence {
        lines.extend(evidence(line, canvas, columns));
    }
    if !finding.explains.is_empty() {
        lines.extend(heading(&format!("explains {} more", finding.explains.len()), canvas));
        lines.extend(finding.explains.iter().flat_map(|title| indented(title, columns, theme.text)));
    }
    if finding.fix.is_some() && !incident.is_over() {
        lines.extend(heading("what mends it", canvas));
        lines.extend(fix(canvas, state, finding, columns));
        lines.extend(previewed(preview, canvas, columns));
    }
    lines
}

fn heading(words: &str, canvas: &Canvas<'_>) -> [Line; 2] {
    [Vec::new(), vec![(words.to_owned(), canvas.theme.accent)]]
}

fn indented(words: &str, columns: usize, look: TextStyle) -> Vec<Line> {
    let lines = text::wrap(words, columns.saturating_sub(2)).into_iter();
    lines.map(|line| vec![("  ".to_owned(), look), (line, look)]).collect()
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "this is certain: who must know has said so",
        Confidence::Likely => "this is the likely cause",
        Confidence::Possible => "this is one possible cause among several",
    }
}

/// Since when, how often, and how its severity went.
fn course(incident: &Incident, now: Timestamp, zone: &TimeZone) -> Vec<String> {
    let at = |time: Timestamp| clock(time, now, zone);
    let mut told = Vec::new();
    if let Some(span) = incident.spans.back() {
        told.push(match span.end {
            None => format!("since {}, {}", at(span.begin), units::duration(units::since(span.begin, now))),
            Some(end) => {
                format!("over since {}, after {}", at(end), units::duration(units::since(span.begin, end)))
            }
        });
    }
    if incident.times() > 1 {
        let spans = incident.spans.iter().rev().take(SPANS).rev();
        let each = |span: &Span| match span.end {
            Some(end) => format!("{}–{}", at(span.begin), at(end)),
            None => format!("{}–", at(span.begin)),
        };
        let listed: Vec<String> = spans.map(each).collect();
        let more = if incident.times() > listed.len() as u64 { "… " } else { "" };
        told.push(format!("came {} times: {more}{}", incident.times(), listed.join(", ")));
    }
    if incident.severities.len() > 1 {
        let word = |severity| match severity {
            Severity::Critical => "critical",
            Severity::Warning => "a warning",
        };
        let each = incident
            .severities
            .iter()
            .map(|(time, severity)| format!("{} at {}", word(*severity), at(*time)));
        told.push(each.collect::<Vec<_>>().join(", "));
    }
    if incident.is_acknowledged() {
        told.push("acknowledged, until it gets worse or comes back".to_owned());
    }
    told
}

/// `10:31:04`, or with its day where that is another one.
pub(super) fn clock(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (time, now) = (time.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = if time.date() == now.date() { "%H:%M:%S" } else { "%m-%d %H:%M" };
    time.strftime(format).to_string()
}

/// When, by whom, what.
fn evidence(line: &Evidence, canvas: &Canvas<'_>, columns: usize) -> Vec<Line> {
    let theme = canvas.theme;
    let time = words::optional(line.time, |time| clock(time, canvas.now, canvas.zone));
    let lead = format!("  {time:<TIME$} {:<ORIGIN$} ", line.origin.word());
    let room = columns.saturating_sub(text::width(&lead)).max(columns / 3);
    let parts = text::wrap(&line.text, room).into_iter().enumerate();
    let told = parts.map(|(at, part)| {
        let lead = if at == 0 { lead.clone() } else { " ".repeat(text::width(&lead)) };
        vec![(lead, theme.dim), (part, theme.text)]
    });
    told.collect()
}

/// What to do, behind the key that does it, where it is a task that may be started; else it is advice.
fn fix(canvas: &Canvas<'_>, state: &State, finding: &Finding, columns: usize) -> Vec<Line> {
    let theme = canvas.theme;
    let Some(fix) = &finding.fix else { return Vec::new() };
    let key = hints::key(state, Command::ApplyFix);
    let applies = fix.request.is_some() && !key.is_empty() && !state.read_only.is_on();
    let (sign, look) = if applies { (key.as_str(), theme.key) } else { ("→", theme.dim) };
    let indent = text::width(sign) + 1;
    let parts = text::wrap(&fix.label, columns.saturating_sub(indent + 2)).into_iter().enumerate();
    let told = parts.map(|(at, part)| {
        let lead = if at == 0 { format!("  {sign} ") } else { " ".repeat(indent + 2) };
        vec![(lead, look), (part, theme.key_text)]
    });
    told.collect()
}

/// What the fix would do, as its card tells it.
fn previewed(preview: &Preview, canvas: &Canvas<'_>, columns: usize) -> Vec<Line> {
    let theme = canvas.theme;
    match preview {
        Preview::None => Vec::new(),
        Preview::Planning(_) => indented("  planning…", columns, theme.dim),
        Preview::Failed(fault) => failed(fault, columns, theme.bad),
        Preview::Ready(plan) => planned(plan, canvas, columns),
    }
}

fn failed(fault: &Fault, columns: usize, look: TextStyle) -> Vec<Line> {
    indented(&Safe::new(format!("it cannot be planned: {fault}")), columns, look)
}

fn planned(plan: &Plan, canvas: &Canvas<'_>, columns: usize) -> Vec<Line> {
    let theme = canvas.theme;
    if plan.is_empty() {
        return indented("it would change nothing: all is as the file says", columns, theme.dim);
    }
    let done = plan.steps.iter().filter(|step| step.verb != crate::domain::StepVerb::Keep);
    let mut lines: Vec<Line> = done
        .map(|step| {
            let words = format!("    {} {} {}", step.verb.mark(), step.verb.words(), Safe::new(&step.object));
            vec![(words, theme.text)]
        })
        .collect();
    lines.extend(
        plan.warnings.iter().flat_map(|warning| indented(&Safe::new(warning), columns, theme.warning)),
    );
    if plan.equivalent.is_empty() {
        return lines;
    }
    let equivalent = Safe::new(&plan.equivalent);
    let same = text::wrap_command(&equivalent, columns.saturating_sub(13)).into_iter().enumerate();
    lines.extend(same.map(|(at, part)| {
        let lead = if at == 0 { "    same as  " } else { "             " };
        vec![(lead.to_owned(), theme.dim), (part, theme.accent)]
    }));
    lines
}
