//! The plans as lines: a row of the card may take several.

use super::fault_lines;
use crate::app::dialog::Confirm;
use crate::app::dialog::confirm::{Part, Phase, Row};
use crate::config::theme::Theme;
use crate::domain::plan::{Branch, PlannedStep};
use crate::domain::safe::TextStyle;
use crate::domain::{Plan, Safe, StepVerb, units};
use crate::view::dialogs::card::Line;
use crate::view::{text, words};
use std::time::Duration;

const WIDEST_OBJECT: usize = 32;
const WIDEST_SERVICE: usize = 24;

/// Every line with the row that it belongs to.
pub(super) fn lines(dialog: &Confirm, theme: &Theme, columns: u16) -> Vec<(usize, Line)> {
    let pens: Vec<Pen<'_>> =
        (0..dialog.parts.len()).map(|part| Pen::new(dialog, part, theme, usize::from(columns))).collect();
    let rows = dialog.rows.keys().iter().enumerate();
    let lines = rows.flat_map(|(index, row)| {
        let pen = pens.get(row.part());
        pen.map(|pen| pen.row(*row)).unwrap_or_default().into_iter().map(move |line| (index, line))
    });
    lines.collect()
}

/// Draws the rows of one part.
struct Pen<'card> {
    dialog: &'card Confirm,
    part: &'card Part,
    plan: &'card Plan,
    outline: Vec<Branch>,
    theme: &'card Theme,
    columns: usize,
    /// The widest verb, object and service.
    widths: (usize, usize, usize),
}

impl<'card> Pen<'card> {
    fn new(dialog: &'card Confirm, part: usize, theme: &'card Theme, columns: usize) -> Self {
        static NOTHING: Plan = Plan {
            title: String::new(),
            steps: Vec::new(),
            warnings: Vec::new(),
            equivalent: String::new(),
            volumes: Vec::new(),
            gpus: Vec::new(),
            reactions: Vec::new(),
            checklist: Vec::new(),
            milestones: Vec::new(),
        };
        let plan = dialog.plan(part).unwrap_or(&NOTHING);
        let outline = plan.outline();
        let widest = |width: fn(&PlannedStep) -> usize| plan.steps.iter().map(width).max().unwrap_or(0);
        let services = outline.iter().filter_map(|branch| branch.service.as_ref());
        let services = services.map(|name| text::width(&Safe::new(name))).max().unwrap_or(0);
        let widths = (
            widest(|step| step.verb.words().len()),
            widest(|step| text::width(&Safe::new(&step.object))).min(WIDEST_OBJECT),
            services.min(WIDEST_SERVICE),
        );
        Self { dialog, part: &dialog.parts[part], plan, outline, theme, columns, widths }
    }

    fn row(&self, row: Row) -> Vec<Line> {
        match row {
            Row::Part(_) => vec![vec![(title(self.part), TextStyle { bold: true, ..self.theme.text })]],
            Row::Note(_) => self.note(),
            Row::Branch { part, branch } => {
                let open = self.dialog.is_open(part, branch);
                self.outline.get(branch).map(|branch| self.branch(branch, open)).unwrap_or_default()
            }
            Row::Step { step, inside, .. } => {
                self.plan.steps.get(step).map(|step| vec![self.step(step, inside)]).unwrap_or_default()
            }
        }
    }

    fn note(&self) -> Vec<Line> {
        let theme = self.theme;
        let columns = u16::try_from(self.columns).unwrap_or(u16::MAX);
        match &self.part.phase {
            Phase::Asking => Vec::new(),
            Phase::Planning => vec![vec![("Asking what that would change…".to_owned(), theme.dim)]],
            Phase::Ready(_) => vec![vec![
                ("✓ ".to_owned(), theme.good),
                ("Nothing to do: all is as it should be.".to_owned(), theme.text),
            ]],
            Phase::Failed(fault) => fault_lines(fault, theme, columns),
            Phase::Starting => vec![vec![("Starting…".to_owned(), theme.starting)]],
            Phase::Started => vec![vec![("✓ started".to_owned(), theme.good)]],
        }
    }

    /// `▾ ↻ api       recreate ×2: configuration changed: ports                  ≤10s`
    fn branch(&self, branch: &Branch, open: Option<bool>) -> Vec<Line> {
        let theme = self.theme;
        let (_, _, widest) = self.widths;
        let name = Safe::new(branch.service.as_deref().unwrap_or_default());
        let (mark, look) = mark(branch.verb, theme);
        let quiet = branch.verb == StepVerb::Keep;
        let fold = match open {
            Some(true) => "▾ ",
            Some(false) => "▸ ",
            None => "  ",
        };
        let downtime = branch.steps.iter().filter_map(|step| self.plan.steps.get(*step)?.downtime).max();
        let away = downtime.map(stops).unwrap_or_default();
        let before = 4 + widest + 2;
        let room = self.columns.saturating_sub(before + text::width(&away) + 1).max(12);
        let parts = text::wrap(&Safe::new(&branch.headline), room);
        let words = if quiet { theme.dim } else { theme.text };
        let lines = parts.into_iter().enumerate().map(|(index, part)| {
            let blanks = " ".repeat(room.saturating_sub(text::width(&part)) + 1);
            if index > 0 {
                return vec![(" ".repeat(before), words), (part, words)];
            }
            let mut line = vec![
                (fold.to_owned(), theme.dim),
                (format!("{mark} "), look),
                (format!("{}  ", padded(&name, widest)), if quiet { theme.dim } else { theme.title }),
                (part, words),
            ];
            if !away.is_empty() {
                line.push((blanks, words));
                line.push((away.clone(), theme.warning));
            }
            line
        });
        lines.collect()
    }

    fn headline(&self, step: &PlannedStep) -> Option<&str> {
        let branch = self.outline.iter().find(|branch| branch.service == step.service);
        branch.map(|branch| branch.headline.as_str())
    }

    /// What the branch above has said of it already is not said again.
    fn step(&self, step: &PlannedStep, inside: bool) -> Line {
        let theme = self.theme;
        let (mark, look) = mark(step.verb, theme);
        let (verbs, objects, _) = self.widths;
        let quiet = step.verb == StepVerb::Keep || inside;
        let mut line = vec![
            (if inside { "      " } else { "  " }.to_owned(), theme.dim),
            (format!("{mark} "), look),
            (format!("{:<verbs$}  ", step.verb.words()), look),
            (
                format!("{}  ", padded(&Safe::new(&step.object), objects)),
                if quiet { theme.dim } else { theme.text },
            ),
        ];
        if let Some(downtime) = step.downtime {
            line.push((format!("{}  ", stops(downtime)), theme.warning));
        }
        let said = inside && self.headline(step).is_some_and(|headline| headline.contains(&step.reason));
        let reason = if said { String::new() } else { Safe::new(&step.reason).to_string() };
        line.push((reason, theme.dim));
        line
    }
}

fn title(part: &Part) -> String {
    format!("{} {}", part.task.operation.verb(), Safe::new(part.task.target.name()))
}

fn stops(downtime: Duration) -> String {
    format!("stops ≤{}", units::duration(downtime))
}

/// Cut or filled up to the width.
fn padded(words: &str, width: usize) -> String {
    let words = text::fit(words, width);
    format!("{words}{}", " ".repeat(width.saturating_sub(text::width(&words))))
}

fn mark(verb: StepVerb, theme: &Theme) -> words::Mark {
    let look = match verb {
        StepVerb::Pull | StepVerb::Build | StepVerb::Push | StepVerb::Dump => theme.info,
        StepVerb::CreateNetwork
        | StepVerb::CreateVolume
        | StepVerb::CreateContainer
        | StepVerb::StartContainer
        | StepVerb::UnpauseContainer
        | StepVerb::Export
        | StepVerb::CopyOffsite
        | StepVerb::FetchOffsite
        | StepVerb::PinBackup
        | StepVerb::CreateRoles
        | StepVerb::Stage => theme.good,
        StepVerb::RecreateContainer
        | StepVerb::RestartContainer
        | StepVerb::RenameContainer
        | StepVerb::StopContainer
        | StepVerb::PauseContainer
        | StepVerb::KillContainer
        | StepVerb::RemoveContainer
        | StepVerb::RemoveNetwork
        | StepVerb::RemoveImage => theme.warning,
        StepVerb::RemoveVolume | StepVerb::RemoveBackup | StepVerb::Switch => theme.bad,
        StepVerb::Await
        | StepVerb::Exec
        | StepVerb::Check
        | StepVerb::Steer
        | StepVerb::Drain
        | StepVerb::TagImage
        | StepVerb::UnpinBackup
        | StepVerb::Keep => theme.dim,
    };
    (verb.mark(), look)
}
