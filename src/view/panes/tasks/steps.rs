//! One task: its steps with their progress, what it wrote for the operator, and how it ended.

use crate::app::pane::PaneId;
use crate::config::theme::Theme;
use crate::domain::plan::PlannedStep;
use crate::domain::safe::TextStyle;
use crate::domain::task::{StepPart, StepRecord, StepState};
use crate::domain::{Safe, TaskRecord, units};
use crate::view::canvas::Canvas;
use crate::view::frame::{Frame, scrollbar};
use crate::view::words;
use jiff::Timestamp;
use ratatui::layout::Rect;

struct Line {
    mark: words::Mark,
    text: String,
    look: TextStyle,
    /// At the right end.
    figure: String,
    /// How much of the whole is done, before the figure.
    part: Option<f64>,
}

/// The bar of a step that moves bytes.
const BAR: u16 = 12;
/// The last lines of a program that are shown below its step.
const LINES_SHOWN: usize = 6;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, focused: bool, record: &TaskRecord, first: usize) {
    let theme = canvas.theme;
    let (symbol, look) = words::task_state(record.state, theme);
    let title = format!("{} ", super::title(record));
    let state = format!("{symbol} {} ", words::task_state_word(record.state));
    let asked = format!(" {} ", super::asked(record, canvas.now));
    let body = Frame::new(PaneId::Tasks, focused)
        .left([("› ", theme.dim), (title.as_str(), theme.title), (state.as_str(), look)])
        .right([(asked.as_str(), theme.dim)])
        .draw(canvas, area);
    let lines = lines(record, canvas);
    let rows = usize::from(body.height);
    let first = first.min(lines.len().saturating_sub(rows));
    for (y, line) in (body.y..body.bottom()).zip(lines.iter().skip(first)) {
        let figure = u16::try_from(line.figure.len()).unwrap_or(0);
        let bar = if line.part.is_some() && body.width > 3 * BAR { BAR + 1 } else { 0 };
        let room = body.width.saturating_sub(figure + bar + 3);
        let at = canvas.put(body.x + 1, y, 2, line.mark.0, line.mark.1).max(body.x + 2);
        canvas.put(at + 1, y, room.saturating_sub(2), &line.text, line.look);
        if bar > 0 {
            let x = body.right().saturating_sub(figure + bar + 1);
            canvas.meter(x, y, BAR, line.part, theme.accent);
        }
        canvas.put_right(body.right().saturating_sub(figure + 1), y, figure, &line.figure, theme.dim);
    }
    scrollbar(canvas, body, first, rows.min(lines.len()), lines.len());
}

fn lines(record: &TaskRecord, canvas: &Canvas<'_>) -> Vec<Line> {
    let theme = canvas.theme;
    let plain = |symbol, text: String, look| Line {
        mark: (symbol, look),
        text,
        look,
        figure: String::new(),
        part: None,
    };
    let mut lines = Vec::new();
    let planned = record.plan.iter().flat_map(|plan| &plan.steps);
    // A step that its dead worker left behind runs no longer, and nobody knows how long it did.
    let now = (!record.state.is_over()).then_some(canvas.now);
    for (step, state) in planned.zip(&record.steps) {
        lines.push(step_line(step, state, theme, now));
        if matches!(state.state, StepState::Running | StepState::Failed) {
            let parts = state.parts.iter().filter(|part| !part.over);
            lines.extend(parts.map(|part| part_line(part, theme)));
            let last = state.output.iter().skip(state.output.len().saturating_sub(LINES_SHOWN));
            lines.extend(last.map(|text| plain(" ", format!("  {}", Safe::new(text)), theme.dim)));
        }
    }
    lines.extend(record.output.iter().map(|text| plain("›", Safe::new(text).to_string(), theme.accent)));
    if let Some(fault) = &record.fault {
        lines.push(plain("✗", Safe::new(fault.to_string()).to_string(), theme.bad));
        if let Some(hint) = &fault.hint {
            lines.push(plain(" ", Safe::new(hint).to_string(), theme.text));
        }
    }
    if lines.is_empty() {
        lines.push(plain(" ", "Nothing has happened yet.".to_owned(), theme.dim));
    }
    lines
}

fn step_line(step: &PlannedStep, state: &StepRecord, theme: &Theme, now: Option<Timestamp>) -> Line {
    let mut text = format!("{} {}", step.verb.words(), Safe::new(&step.object));
    let said = progress(state);
    if !said.is_empty() {
        text.push_str("  ");
        text.push_str(&said);
    } else if state.state == StepState::Pending && !step.reason.is_empty() {
        text.push_str("  ");
        text.push_str(&Safe::new(&step.reason));
    }
    let took = state.started.zip(state.finished.or(now)).map(|(started, end)| units::since(started, end));
    Line {
        mark: words::step_state(state.state, theme),
        text,
        look: step_look(state.state, theme),
        figure: took.map(words::took).unwrap_or_default(),
        part: (state.state == StepState::Running).then(|| share(state.done, state.total)).flatten(),
    }
}

/// A layer of an image that is on its way.
fn part_line(part: &StepPart, theme: &Theme) -> Line {
    let bytes = part.done.zip(part.total);
    let bytes = bytes
        .map(|(done, total)| format!("  {}/{}", units::bytes(done), units::bytes(total)))
        .unwrap_or_default();
    Line {
        mark: (" ", theme.dim),
        text: format!("  {} {}{bytes}", Safe::new(&part.name), Safe::new(&part.state)),
        look: theme.dim,
        figure: String::new(),
        part: share(part.done, part.total),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar has a dozen cells")]
fn share(done: Option<u64>, total: Option<u64>) -> Option<f64> {
    let total = total.filter(|total| *total > 0)?;
    Some(done? as f64 / total as f64)
}

fn step_look(state: StepState, theme: &Theme) -> TextStyle {
    match state {
        StepState::Pending => theme.dim,
        StepState::Running | StepState::Done => theme.text,
        StepState::Failed => theme.bad,
    }
}

fn progress(state: &StepRecord) -> String {
    let text = Safe::new(&state.text);
    match (state.done, state.total) {
        (Some(done), Some(total)) if total > 0 => {
            format!("{}/{} {text}", units::bytes(done), units::bytes(total))
        }
        (Some(done), _) => format!("{} {text}", units::bytes(done)),
        (None, _) => text.to_string(),
    }
}

/// The step that is being taken, in words.
pub(super) fn current(record: &TaskRecord) -> Option<String> {
    let at = record.steps.iter().position(|step| step.state == StepState::Running)?;
    let step = record.plan.as_ref()?.steps.get(at)?;
    Some(format!("{} {} {}", step.verb.words(), Safe::new(&step.object), progress(record.steps.get(at)?)))
}
