//! What has to be known before a plan is confirmed, besides its steps.

use crate::app::dialog::Confirm;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{Mark, Plan, Safe};
use crate::view::dialogs::card::{self, Line};
use crate::view::text;

const LABEL: usize = 9;

/// Warnings, what is stopped, volumes, GPUs, and the equivalent line; with as few lines as will do when it is `tight`.
pub(super) fn facts(dialog: &Confirm, theme: &Theme, columns: u16, tight: bool) -> Vec<Line> {
    let most = if tight { 1 } else { 2 };
    let plans: Vec<&Plan> = dialog.plans().collect();
    let mut lines = Vec::new();
    for warning in plans.iter().flat_map(|plan| &plan.warnings) {
        lines.extend(card::wrapped(&format!("⚠ {}", Safe::new(warning)), columns, theme.warning));
    }
    for line in plans.iter().flat_map(|plan| &plan.checklist) {
        let look = if line.mark == Mark::Failed { theme.bad } else { theme.warning };
        lines.extend(card::wrapped(&Safe::new(line.sentence()), columns, look));
    }
    let joined = |items: fn(&Plan) -> &Vec<String>| join(&plans, items);
    let equivalents = plans.iter().map(|plan| &plan.equivalent).filter(|line| !line.is_empty());
    for (index, words) in counts(&plans).split("; ").enumerate() {
        let label = if index == 0 { "in all" } else { "" };
        lines.extend(labelled(label, words, theme.text, theme, columns, most));
    }
    let facts = [("volumes", joined(|plan| &plan.volumes)), ("GPUs", joined(|plan| &plan.gpus))];
    for (label, words) in facts {
        lines.extend(labelled(label, &words, theme.text, theme, columns, most));
    }
    for line in equivalents {
        let line = if plans.len() == 1 { line.clone() } else { shortened(line, columns) };
        lines.extend(equivalent(&line, theme, columns));
    }
    if !lines.is_empty() {
        lines.insert(0, Vec::new());
    }
    lines
}

/// Of several lines of docker's, one that two lines have no room for is shortened where it says least, after its
/// beginning: what is done, and to what, stands at its end.
fn shortened(line: &str, columns: u16) -> String {
    const BEGINNING: usize = 24;
    let line = Safe::new(line);
    let room = usize::from(columns).saturating_sub(LABEL) * 2;
    let width = text::width(&line);
    // Lines are broken between words, which takes some room of each.
    let room = room - room / 4;
    if width <= room || room <= BEGINNING + 2 {
        return line.to_string();
    }
    let end = text::skip(&line, width - (room - BEGINNING - 2));
    // From a whole word on.
    let end = end.split_once(' ').map_or(end, |(_, rest)| rest);
    format!("{} … {end}", text::head(&line, BEGINNING).trim_end())
}

/// Docker's own line, whole, for somebody will copy it; what does not go into the first line stands further in.
fn equivalent(line: &str, theme: &Theme, columns: u16) -> Vec<Line> {
    const FURTHER: usize = 2;
    let room = usize::from(columns).saturating_sub(LABEL + FURTHER).max(1);
    let words = Safe::new(line);
    let parts = if text::width(&words) <= room + FURTHER {
        vec![words.to_string()]
    } else {
        text::wrap_command(&words, room)
    };
    let lines = parts.into_iter().filter(|part| !part.is_empty()).enumerate().map(|(index, part)| {
        let label = if index == 0 { "same as" } else { "" };
        let lead = if index == 0 { 0 } else { FURTHER };
        vec![(format!("{label:<LABEL$}{:lead$}", ""), theme.dim), (part, theme.info)]
    });
    lines.collect()
}

/// What must be read must not take the plan's own room: no more than `most` lines.
fn labelled(
    label: &str,
    words: &str,
    look: TextStyle,
    theme: &Theme,
    columns: u16,
    most: usize,
) -> Vec<Line> {
    let words = Safe::new(words);
    if words.is_empty() {
        return Vec::new();
    }
    let room = usize::from(columns).saturating_sub(LABEL).max(1);
    let mut parts = text::wrap(&words, room);
    if parts.len() > most {
        let rest = parts.split_off(most - 1).join(" ");
        parts.push(text::fit(&rest, room).into_owned());
    }
    let lines = parts.into_iter().enumerate().map(|(index, part)| {
        let label = if index == 0 { label } else { "" };
        vec![(format!("{label:<LABEL$}"), theme.dim), (part, look)]
    });
    lines.collect()
}

/// What becomes of how many, and who is away for how long, over all plans.
fn counts(plans: &[&Plan]) -> String {
    let steps: Vec<_> = plans.iter().flat_map(|plan| plan.steps.iter().cloned()).collect();
    Plan { steps, ..Plan::default() }.counts()
}

fn join(plans: &[&Plan], items: impl Fn(&Plan) -> &Vec<String>) -> String {
    let all: Vec<String> =
        plans.iter().flat_map(|plan| items(plan)).map(|item| Safe::new(item).to_string()).collect();
    all.join(", ")
}
