//! The confirm card: what will be done, before it is done.

mod choices;
mod rows;

pub use choices::{Choice, Choices};
pub use rows::Row;

use crate::app::command::Danger;
use crate::app::input::Input;
use crate::app::pane::List;
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, MOST_REPLICAS, Operation, Plan, StepVerb, TaskId};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// `Restart mlflow?`
    pub title: String,
    pub danger: Danger,
    /// One for each target; several after marking several.
    pub parts: Vec<Part>,
    /// What must be typed first, and what was typed.
    pub typed: Option<Typed>,
    /// The number that is asked for, when scaling.
    pub replicas: Option<Replicas>,
    pub choices: Choices,
    /// The task that is gone on with.
    pub continues: Option<TaskId>,
    /// The plans' rows, and the cursor over them.
    pub rows: List<Row>,
    /// Branches that the operator folded or unfolded, by part and place; the others are as `folds` says.
    pub(in crate::app) unfolded: BTreeMap<(usize, usize), bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub request: u64,
    pub task: TaskRequest,
    pub phase: Phase,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// A number is awaited first.
    Asking,
    Planning,
    Ready(Plan),
    /// It cannot be planned, or could not be started.
    Failed(Fault),
    /// Confirmed; the task's worker is being started.
    Starting,
    Started,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    pub expected: String,
    pub input: Input,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    pub before: u32,
    pub wanted: u32,
    /// The next digit begins a new number.
    pub fresh: bool,
}

impl Confirm {
    /// Whether Enter would do it now.
    pub fn is_ready(&self) -> bool {
        let planned = self.parts.iter().all(|part| matches!(part.phase, Phase::Ready(_)));
        let typed = self.typed.as_ref().is_none_or(|typed| typed.input.text() == typed.expected);
        planned && typed && !self.is_idle()
    }

    /// Whether all is as it should be already, so that there is nothing to confirm.
    pub fn is_idle(&self) -> bool {
        self.plans().count() == self.parts.len() && self.plans().all(Plan::is_empty)
    }

    pub fn is_starting(&self) -> bool {
        self.parts.iter().any(|part| part.phase == Phase::Starting)
    }

    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.parts.iter().filter_map(|part| match &part.phase {
            Phase::Ready(plan) => Some(plan),
            Phase::Asking | Phase::Planning | Phase::Failed(_) | Phase::Starting | Phase::Started => None,
        })
    }

    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.parts.iter().filter_map(|part| match &part.phase {
            Phase::Failed(fault) => Some(fault),
            Phase::Asking | Phase::Planning | Phase::Ready(_) | Phase::Starting | Phase::Started => None,
        })
    }

    pub fn part(&mut self, request: u64) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.request == request)
    }

    /// A digit, `+` or `-` for the number of replicas. Says whether the number is another one now.
    pub(in crate::app) fn number(&mut self, character: char) -> bool {
        let Some(replicas) = &mut self.replicas else { return false };
        let before = *replicas;
        match character {
            '+' => replicas.wanted = (replicas.wanted + 1).min(MOST_REPLICAS),
            '-' => replicas.wanted = replicas.wanted.saturating_sub(1),
            _ => {
                let Some(digit) = character.to_digit(10) else { return false };
                let kept = if replicas.fresh { 0 } else { replicas.wanted };
                let wanted = kept * 10 + digit;
                if wanted > MOST_REPLICAS {
                    return false;
                }
                replicas.wanted = wanted;
                replicas.fresh = false;
            }
        }
        before != *replicas
    }

    /// The last digit goes.
    pub(in crate::app) fn erase_digit(&mut self) -> bool {
        let Some(replicas) = &mut self.replicas else { return false };
        let before = replicas.wanted;
        replicas.wanted /= 10;
        replicas.fresh = replicas.wanted == 0;
        before != replicas.wanted
    }

    /// What destroys data must be typed, whoever asks for it.
    pub(in crate::app) fn demand_typing(&mut self) {
        let destroys = self.parts.iter().any(|part| {
            let asked = match &part.task.operation {
                Operation::Down(options) => options.volumes,
                Operation::Rm { volumes, .. } | Operation::Cleanup { volumes } => *volumes,
                Operation::Up(_)
                | Operation::Create(_)
                | Operation::Start { .. }
                | Operation::Stop { .. }
                | Operation::Restart { .. }
                | Operation::Kill { .. }
                | Operation::Pause { .. }
                | Operation::Unpause { .. }
                | Operation::Scale { .. }
                | Operation::Prepare { .. }
                | Operation::Pull(_)
                | Operation::Build(_)
                | Operation::Push(_)
                | Operation::Update(_)
                | Operation::Accept
                | Operation::Rollback { .. }
                | Operation::Backup
                | Operation::RestoreUndo => false,
                Operation::Bundle(operation) => operation.destroys(),
                // The one has a word of its own, the other takes away what could be gone back to.
                Operation::Restore(_) | Operation::RestoreAccept => true,
            };
            let planned = match &part.phase {
                Phase::Ready(plan) => plan
                    .steps
                    .iter()
                    .any(|step| matches!(step.verb, StepVerb::RemoveVolume | StepVerb::RemoveBackup)),
                Phase::Asking | Phase::Planning | Phase::Failed(_) | Phase::Starting | Phase::Started => {
                    false
                }
            };
            asked || planned
        });
        self.danger = if destroys { Danger::Destroys } else { Danger::Changes };
        if !destroys {
            self.typed = None;
        } else if self.typed.is_none() {
            let names: Vec<&str> = self.parts.iter().map(|part| part.task.target.name()).collect();
            let names = names.join(",");
            let restores = self.parts.iter().any(|part| matches!(part.task.operation, Operation::Restore(_)));
            // Elsewhere no blank: that key changes a choice, and a restore has none.
            let expected = if restores { format!("restore {names}") } else { names };
            self.typed = Some(Typed { expected, input: Input::default() });
        }
    }
}
