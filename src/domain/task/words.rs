//! What is told of a task's progress, the same wherever it is told.

use super::{Operation, StepRecord, StepState, TaskRecord, TaskRequest, TaskSpec, TaskTarget};
use crate::domain::{Plan, units};
use jiff::Timestamp;
use std::fmt::Write as _;

impl StepRecord {
    /// `12 MiB/48 MiB 3 MiB/s, 12s left`; empty for a step that moves no bytes.
    pub fn amount(&self, now: Timestamp) -> String {
        let Some(done) = self.done else { return String::new() };
        let mut words = match self.total.filter(|total| *total > 0) {
            Some(total) => format!("{}/{}", units::bytes(done), units::bytes(total)),
            None => units::bytes(done),
        };
        if self.state != StepState::Running {
            return words;
        }
        if let Some(rate) = self.rate {
            let _ = write!(words, " {}/s", units::bytes(rate));
        }
        if let Some(end) = self.expected_end {
            let _ = write!(words, ", {} left", units::duration(units::since(now, end)));
        }
        words
    }
}

/// `mcp`, or of some of its services `mcp/api,redis`.
fn object(target: &TaskTarget, operation: &Operation) -> String {
    let services = operation.services();
    if services.is_empty() {
        return target.name().to_owned();
    }
    format!("{}/{}", target.name(), services.join(","))
}

impl TaskSpec {
    /// What it is done to.
    pub fn object(&self) -> String {
        object(&self.target, &self.operation)
    }
}

impl TaskRequest {
    /// What it would be done to.
    pub fn object(&self) -> String {
        object(&self.target, &self.operation)
    }
}

impl TaskRecord {
    /// The step that is being taken, and its number.
    pub fn current(&self) -> Option<(usize, &StepRecord)> {
        self.steps.iter().enumerate().find(|(_, step)| step.state == StepState::Running)
    }

    /// What can be done about a task that did not get to its end: gone on with, or, of a deployment, taken back.
    pub fn offer(&self) -> String {
        let resume = format!("`mcp-tui tasks resume {}` goes on from what is there", self.spec.id.0);
        match self.roll_back() {
            Some(line) => format!("{resume}, `{line}` goes back to the deploy that was good"),
            None => resume,
        }
    }

    /// The command that goes back to how the stack was deployed before, where this task has changed that. What refused to
    /// begin, and what was taken back already, is none to go back from: the deploy that was good runs, and the command
    /// would leave it for the one before.
    pub fn roll_back(&self) -> Option<String> {
        let makes = self.plan.as_ref().is_some_and(Plan::makes_a_version);
        let deploys = matches!(self.spec.operation, Operation::Up(_) | Operation::Update(_))
            && makes
            && self.is_half_done();
        match &self.spec.target {
            TaskTarget::Stack(stack) if deploys => Some(format!("mcp-tui -p {} rollback", stack.project)),
            TaskTarget::Stack(_) | TaskTarget::Container { .. } => None,
        }
    }

    /// How far one came that was asked to end: told in the same words wherever it is told.
    pub fn cancelled(&self) -> String {
        let all = self.steps.len();
        let noun = if all == 1 { "step" } else { "steps" };
        format!("cancelled after {} of {all} {noun}, which stay done", self.done())
    }

    /// What was left undone, in words: `start mlflow-server-1`.
    pub fn left(&self) -> Vec<String> {
        self.undone().map(|step| format!("{} {}", step.verb.words(), step.object)).collect()
    }
}
