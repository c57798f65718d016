//! One task: its steps with their progress, what it wrote for the operator, and how it ended.

use crate::app::pane::PaneId;
use crate::app::store::tasks::{TaskRow, branch_state, rows};
use crate::config::theme::Theme;
use crate::domain::plan::{Branch, PlannedStep};
use crate::domain::safe::TextStyle;
use crate::domain::task::{StepPart, StepRecord, StepState, Told};
use crate::domain::{Plan, Safe, TaskRecord, TaskState, units};
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

/// `resume` is the key that goes on with a task.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    focused: bool,
    record: &TaskRecord,
    first: usize,
    resume: &str,
) {
    let theme = canvas.theme;
    let (symbol, look) = words::task_state(record.state, theme);
    let title = format!("{} ", super::title(record));
    let word = match record.state {
        TaskState::Cancelled => record.cancelled(),
        state => words::task_state_word(state).to_owned(),
    };
    let state = format!("{symbol} {word} ");
    let asked = format!(" {} ", super::asked(record, canvas.now));
    let body = Frame::new(PaneId::Tasks, focused)
        .left([("› ", theme.dim), (title.as_str(), theme.title), (state.as_str(), look)])
        .right([(asked.as_str(), theme.dim)])
        .draw(canvas, area);
    let lines = lines(record, canvas, resume);
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

fn lines(record: &TaskRecord, canvas: &Canvas<'_>, resume: &str) -> Vec<Line> {
    let outline = record.plan.as_ref().map(Plan::outline).unwrap_or_default();
    let rows = rows(record, &outline);
    rows.into_iter().filter_map(|row| line(row, record, &outline, canvas, resume)).collect()
}

fn line(
    row: TaskRow,
    record: &TaskRecord,
    outline: &[Branch],
    canvas: &Canvas<'_>,
    resume: &str,
) -> Option<Line> {
    let theme = canvas.theme;
    let plain = |symbol, text: String, look| Line {
        mark: (symbol, look),
        text,
        look,
        figure: String::new(),
        part: None,
    };
    // A step that its dead worker left behind runs no longer, and nobody knows how long it did.
    let now = (!record.state.is_over()).then_some(canvas.now);
    let said = |text: &str| Safe::new(text).to_string();
    Some(match row {
        TaskRow::Branch(branch) => branch_line(record, outline.get(branch)?, theme, now),
        TaskRow::Step { step, inside } => {
            let planned = record.plan.as_ref()?.steps.get(step)?;
            step_line(planned, record.steps.get(step)?, inside, theme, now)
        }
        TaskRow::Part { step, part } => part_line(record.steps.get(step)?.parts.get(part)?, theme),
        TaskRow::Said { step, line } => {
            plain(" ", format!("    {}", said(record.steps.get(step)?.output.get(line)?)), theme.dim)
        }
        TaskRow::Output(line) => plain("›", said(record.output.get(line)?), theme.accent),
        TaskRow::Fault => plain("✗", said(&record.fault.as_ref()?.to_string()), theme.bad),
        TaskRow::Hint => plain(" ", said(record.fault.as_ref()?.hint.as_ref()?), theme.text),
        TaskRow::Told(told) => told_line(record.told.get(told)?, theme),
        TaskRow::Undone => {
            plain("○", format!("left undone: {}", said(&record.left().join(", "))), theme.warning)
        }
        TaskRow::Offer => {
            let back = record
                .roll_back()
                .map(|line| format!(", {} goes back to the deploy that was good", said(&line)));
            let text = format!("{resume} goes on from what is there{}", back.unwrap_or_default());
            plain("→", text, theme.accent)
        }
        TaskRow::Nothing => plain(" ", "Nothing has happened yet.".to_owned(), theme.dim),
    })
}

/// Who was told of the end, or was not.
fn told_line(told: &Told, theme: &Theme) -> Line {
    let to = Safe::new(&told.to);
    let (mark, text) = match &told.undelivered {
        None => (("✉", theme.dim), format!("told {to}")),
        Some(cause) => (("!", theme.warning), format!("undelivered: {to}: {}", Safe::new(cause))),
    };
    Line { mark, text, look: mark.1, figure: String::new(), part: None }
}

/// `✓ mcp-api  recreate ×4: image changed                      4/8  12s`
fn branch_line(record: &TaskRecord, branch: &Branch, theme: &Theme, now: Option<Timestamp>) -> Line {
    let progress = branch_state(record, branch);
    let steps = || branch.steps.iter().filter_map(|step| record.steps.get(*step));
    let began = steps().filter_map(|step| step.started).min();
    let ended = match progress.state {
        StepState::Running => now,
        StepState::Pending | StepState::Done | StepState::Failed => {
            steps().filter_map(|step| step.finished).max()
        }
    };
    let took = began.zip(ended).map(|(began, ended)| words::took(units::since(began, ended)));
    // Of a single step, the step itself says all.
    let runs = progress.state == StepState::Running && progress.all > 1;
    let count = if runs { format!("{}/{}", progress.done, progress.all) } else { String::new() };
    let service = Safe::new(branch.service.as_deref().unwrap_or_default());
    #[expect(clippy::cast_precision_loss, reason = "a bar has a dozen cells")]
    let part = runs.then(|| progress.done as f64 / progress.all.max(1) as f64);
    Line {
        mark: words::step_state(progress.state, theme),
        text: format!("{service}  {}", Safe::new(&branch.headline)),
        look: TextStyle { bold: true, ..step_look(progress.state, theme) },
        figure: [count, took.unwrap_or_default()].join(" ").trim().to_owned(),
        part,
    }
}

fn step_line(
    step: &PlannedStep,
    state: &StepRecord,
    inside: bool,
    theme: &Theme,
    now: Option<Timestamp>,
) -> Line {
    let (mark, look) = words::step_state(state.state, theme);
    // Under its branch a step has its mark before its words, which stand further in.
    let lead = if inside { format!("{mark} ") } else { String::new() };
    let mut text = format!("{lead}{} {}", step.verb.words(), Safe::new(&step.object));
    let said = progress(state, now.or(state.finished).unwrap_or_default());
    if !said.is_empty() {
        text.push_str("  ");
        text.push_str(&said);
    } else if state.state == StepState::Pending && !step.reason.is_empty() && !inside {
        text.push_str("  ");
        text.push_str(&Safe::new(&step.reason));
    }
    let took = state.started.zip(state.finished.or(now)).map(|(started, end)| units::since(started, end));
    Line {
        mark: (if inside { " " } else { mark }, look),
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
        text: format!("    {} {}{bytes}", Safe::new(&part.name), Safe::new(&part.state)),
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

fn progress(state: &StepRecord, now: Timestamp) -> String {
    let amount = state.amount(now);
    let text = Safe::new(&state.text).to_string();
    if amount.is_empty() { text } else { format!("{amount} {text}") }
}

/// The step that is being taken, in words.
pub(super) fn current(record: &TaskRecord, now: Timestamp) -> Option<String> {
    let at = record.steps.iter().position(|step| step.state == StepState::Running)?;
    let step = record.plan.as_ref()?.steps.get(at)?;
    Some(format!(
        "{} {} {}",
        step.verb.words(),
        Safe::new(&step.object),
        progress(record.steps.get(at)?, now)
    ))
}
