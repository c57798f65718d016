//! A plan as lines: its steps, and what has to be known before it is confirmed.

use super::fault_lines;
use crate::app::dialog::Confirm;
use crate::app::dialog::confirm::{Part, Phase};
use crate::config::theme::Theme;
use crate::domain::plan::PlannedStep;
use crate::domain::safe::TextStyle;
use crate::domain::{Plan, Safe, StepVerb, units};
use crate::view::dialogs::card::{self, Line};
use crate::view::{text, words};
use std::time::Duration;

const WIDEST_OBJECT: usize = 32;

/// The steps of all parts, each part under its title when there are several.
pub(super) fn steps(dialog: &Confirm, theme: &Theme, columns: u16) -> Vec<Line> {
    let several = dialog.parts.len() > 1;
    let mut lines = Vec::new();
    for part in &dialog.parts {
        if several {
            lines.push(vec![(title(part), TextStyle { bold: true, ..theme.text })]);
        }
        match &part.phase {
            Phase::Asking => {}
            Phase::Planning => lines.push(vec![("Asking what that would change…".to_owned(), theme.dim)]),
            Phase::Ready(plan) => lines.extend(plan_lines(plan, theme, columns)),
            Phase::Failed(fault) => lines.extend(fault_lines(fault, theme, columns)),
            Phase::Starting => lines.push(vec![("Starting…".to_owned(), theme.starting)]),
            Phase::Started => lines.push(vec![("✓ started".to_owned(), theme.good)]),
        }
    }
    lines
}

fn title(part: &Part) -> String {
    format!("{} {}", part.task.operation.verb(), Safe::new(part.task.target.name()))
}

fn plan_lines(plan: &Plan, theme: &Theme, columns: u16) -> Vec<Line> {
    if plan.is_empty() {
        return vec![vec![
            ("✓ ".to_owned(), theme.good),
            ("Nothing to do: all is as it should be.".to_owned(), theme.text),
        ]];
    }
    let widest = |width: fn(&PlannedStep) -> usize| plan.steps.iter().map(width).max().unwrap_or(0);
    let verbs = widest(|step| step.verb.words().len());
    let objects = widest(|step| text::width(&Safe::new(&step.object))).min(WIDEST_OBJECT);
    let line = |stops: &str| -> Vec<Line> {
        plan.steps.iter().map(|step| step_line(step, verbs, objects, stops, theme)).collect()
    };
    let lines = line("stops for at most ");
    // Why a step is needed is worth more than a whole sentence about how long it takes.
    let fit = lines.iter().all(|line| card::line_width(line) <= usize::from(columns));
    if fit { lines } else { line("stops ≤") }
}

fn step_line(step: &PlannedStep, verbs: usize, objects: usize, stops: &str, theme: &Theme) -> Line {
    let (mark, look) = mark(step.verb, theme);
    let object = Safe::new(&step.object);
    let object = text::fit(&object, objects);
    let blanks = " ".repeat(objects.saturating_sub(text::width(&object)));
    let quiet = step.verb == StepVerb::Keep;
    let mut line = vec![
        (format!("{mark} "), look),
        (format!("{:<verbs$}  ", step.verb.words()), look),
        (format!("{object}{blanks}  "), if quiet { theme.dim } else { theme.text }),
    ];
    if let Some(downtime) = step.downtime {
        line.push((format!("{stops}{}  ", units::duration(downtime)), theme.warning));
    }
    line.push((Safe::new(&step.reason).to_string(), theme.dim));
    line
}

fn mark(verb: StepVerb, theme: &Theme) -> words::Mark {
    match verb {
        StepVerb::Pull | StepVerb::Build | StepVerb::Dump => ("↓", theme.info),
        StepVerb::CreateNetwork
        | StepVerb::CreateVolume
        | StepVerb::CreateContainer
        | StepVerb::StartContainer
        | StepVerb::UnpauseContainer => ("+", theme.good),
        StepVerb::RecreateContainer | StepVerb::RestartContainer | StepVerb::RenameContainer => {
            ("↻", theme.warning)
        }
        StepVerb::StopContainer | StepVerb::PauseContainer => ("‖", theme.warning),
        StepVerb::KillContainer => ("!", theme.warning),
        StepVerb::RemoveContainer | StepVerb::RemoveNetwork | StepVerb::RemoveImage => ("-", theme.warning),
        StepVerb::RemoveVolume => ("✗", theme.bad),
        StepVerb::Await | StepVerb::Exec => ("·", theme.dim),
        StepVerb::Keep => ("=", theme.dim),
    }
}

/// Warnings, what is stopped, volumes, GPUs, and the equivalent line.
pub(super) fn facts(dialog: &Confirm, theme: &Theme, columns: u16) -> Vec<Line> {
    let plans: Vec<&Plan> = dialog.plans().collect();
    let mut lines = Vec::new();
    for warning in plans.iter().flat_map(|plan| &plan.warnings) {
        lines.extend(card::wrapped(&format!("⚠ {}", Safe::new(warning)), columns, theme.warning));
    }
    if let Some(stops) = stops(&plans) {
        lines.push(labelled("stops", stops, theme.text, theme));
    }
    for (label, items) in
        [("volumes", join(&plans, |plan| &plan.volumes)), ("GPUs", join(&plans, |plan| &plan.gpus))]
    {
        if !items.is_empty() {
            lines.push(labelled(label, items, theme.text, theme));
        }
    }
    let equivalents = plans.iter().map(|plan| &plan.equivalent).filter(|line| !line.is_empty());
    lines.extend(equivalents.map(|line| labelled("same as", Safe::new(line).to_string(), theme.info, theme)));
    if !lines.is_empty() {
        lines.insert(0, Vec::new());
    }
    lines
}

fn labelled(label: &str, words: String, look: TextStyle, theme: &Theme) -> Line {
    vec![(format!("{label:<9}"), theme.dim), (words, look)]
}

/// How many are interrupted, and for how long at the most.
fn stops(plans: &[&Plan]) -> Option<String> {
    let steps: Vec<_> = plans
        .iter()
        .flat_map(|plan| &plan.steps)
        .filter(|step| step.downtime.is_some() || stops_container(step.verb))
        .collect();
    if steps.is_empty() {
        return None;
    }
    let longest: Option<Duration> = steps.iter().filter_map(|step| step.downtime).max();
    let mut objects: Vec<&str> = steps.iter().map(|step| step.object.as_str()).collect();
    objects.dedup();
    let count = words::counted(objects.len(), "container", "containers");
    Some(match longest {
        Some(longest) => format!("{count}, each for at most {}", units::duration(longest)),
        None => count,
    })
}

fn stops_container(verb: StepVerb) -> bool {
    matches!(
        verb,
        StepVerb::RecreateContainer
            | StepVerb::StopContainer
            | StepVerb::RestartContainer
            | StepVerb::KillContainer
            | StepVerb::PauseContainer
            | StepVerb::RemoveContainer
    )
}

fn join(plans: &[&Plan], items: impl Fn(&Plan) -> &Vec<String>) -> String {
    let all: Vec<String> =
        plans.iter().flat_map(|plan| items(plan)).map(|item| Safe::new(item).to_string()).collect();
    all.join(", ")
}
