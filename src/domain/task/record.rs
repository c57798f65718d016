//! A task as its specification and journal tell it.

use super::pace::Pace;
use super::{JournalLine, StepPart, TaskEvent, TaskSpec, TaskState};
use crate::domain::{Fault, Plan, PlannedStep, StepVerb, units};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// Of what a step's programs wrote, no more is kept; the journal has it all.
const LINES_KEPT: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Pending,
    Running,
    Done,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    pub state: StepState,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub text: String,
    pub done: Option<u64>,
    pub total: Option<u64>,
    /// Bytes in a second, of late.
    #[serde(default)]
    pub rate: Option<u64>,
    /// When all of its bytes are expected to be moved.
    #[serde(default)]
    pub expected_end: Option<Timestamp>,
    #[serde(skip)]
    pace: Pace,
    /// Empty where a step is not made of parts.
    #[serde(default)]
    pub parts: Vec<StepPart>,
    /// The last lines that its programs wrote.
    #[serde(default)]
    pub output: VecDeque<String>,
}

/// Who was told of a task's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// An address without its secrets.
    pub to: String,
    /// Why it could not be delivered.
    pub undelivered: Option<String>,
}

/// A task as its specification and journal tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    pub spec: TaskSpec,
    pub state: TaskState,
    pub plan: Option<Plan>,
    /// One per step of the plan.
    pub steps: Vec<StepRecord>,
    pub output: Vec<String>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub fault: Option<Fault>,
    /// The worker's process id, boot id and start time.
    pub worker: Option<(u32, String, u64)>,
    /// Who holds the stack while it waits for that, in a sentence.
    #[serde(default)]
    pub waits_for: Option<String>,
    #[serde(default)]
    pub told: Vec<Told>,
    /// When the last line of the journal was written.
    #[serde(default)]
    pub last_sign: Option<Timestamp>,
}

impl TaskRecord {
    pub fn new(spec: TaskSpec) -> Self {
        Self {
            spec,
            state: TaskState::Pending,
            plan: None,
            steps: Vec::new(),
            output: Vec::new(),
            started: None,
            finished: None,
            fault: None,
            worker: None,
            waits_for: None,
            told: Vec::new(),
            last_sign: None,
        }
    }

    /// Takes one line of the journal in.
    pub fn apply(&mut self, line: &JournalLine) {
        self.last_sign = Some(line.time);
        match &line.event {
            TaskEvent::Started { pid, boot_id, start_ticks } => {
                self.state = TaskState::Running;
                self.started = Some(line.time);
                self.worker = Some((*pid, boot_id.clone(), *start_ticks));
            }
            TaskEvent::Waiting { owner } => {
                self.state = TaskState::Pending;
                self.waits_for = Some(owner.clone());
            }
            TaskEvent::Planned { plan } => {
                self.state = TaskState::Running;
                self.waits_for = None;
                // A plan that was made anew on the way begins with the steps that were taken.
                let before = self.plan.take().map(|plan| plan.steps).unwrap_or_default();
                let taken = std::mem::take(&mut self.steps);
                let mut taken = before.iter().zip(taken);
                let step = |planned| match taken.next() {
                    Some((same, record)) if same == planned => record,
                    Some(_) | None => StepRecord::pending(),
                };
                self.steps = plan.steps.iter().map(step).collect();
                self.plan = Some(plan.clone());
            }
            TaskEvent::StepStarted { step } => {
                if let Some(record) = self.steps.get_mut(*step) {
                    record.state = StepState::Running;
                    record.started = Some(line.time);
                }
            }
            TaskEvent::StepProgress { step, done, total, text } => {
                if let Some(record) = self.steps.get_mut(*step) {
                    record.done = *done;
                    record.total = *total;
                    record.text.clone_from(text);
                    if let Some(done) = done {
                        record.pace.take(line.time, *done);
                        record.rate = record.pace.rate();
                        record.expected_end = total.and_then(|total| record.pace.end(total));
                    }
                }
            }
            TaskEvent::StepParts { step, parts } => {
                if let Some(record) = self.steps.get_mut(*step) {
                    record.parts.clone_from(parts);
                }
            }
            TaskEvent::StepOutput { step, text } => {
                if let Some(record) = self.steps.get_mut(*step) {
                    record.output.push_back(text.clone());
                    if record.output.len() > LINES_KEPT {
                        record.output.pop_front();
                    }
                }
            }
            TaskEvent::StepFinished { step, fault } => {
                let planned = self.plan.as_ref().and_then(|plan| plan.steps.get(*step));
                let waits = planned.is_some_and(|planned| planned.verb == StepVerb::Await);
                if let Some(record) = self.steps.get_mut(*step) {
                    record.finished = Some(line.time);
                    record.state = if fault.is_some() { StepState::Failed } else { StepState::Done };
                    match fault {
                        Some(fault) => record.text = fault.to_string(),
                        // What was waited for is so, whatever it was on the way there.
                        None if waits => record.text.clear(),
                        None => {}
                    }
                }
            }
            TaskEvent::Output { text } => self.output.push(text.clone()),
            TaskEvent::Finished { state, fault } => {
                self.state = *state;
                self.finished = Some(line.time);
                self.waits_for = None;
                self.fault.clone_from(fault);
            }
            TaskEvent::Notified(told) => self.told.push(told.clone()),
        }
    }

    /// From the worker's start to its end, or until now while it runs; unknown when it died.
    pub fn took(&self, now: Timestamp) -> Option<Duration> {
        let end = self.finished.or_else(|| (!self.state.is_over()).then_some(now));
        Some(units::since(self.started?, end?))
    }

    /// Steps that are done, and steps in all.
    pub fn progress(&self) -> (usize, usize) {
        let done = self.steps.iter().filter(|step| step.state == StepState::Done);
        (done.count(), self.steps.len())
    }

    /// What was planned and not done, of a task that ended before its end.
    pub fn undone(&self) -> impl Iterator<Item = &PlannedStep> {
        let planned = self.plan.iter().flat_map(|plan| &plan.steps);
        let left = self
            .steps
            .iter()
            .zip(planned)
            .filter(|(step, planned)| step.state != StepState::Done && planned.verb != StepVerb::Keep);
        left.map(|(_, planned)| planned).filter(|_| self.state.is_unfinished())
    }

    /// When it came to an end, or was last heard of.
    pub fn ended(&self) -> Timestamp {
        self.finished.or(self.last_sign).unwrap_or(self.spec.requested_at)
    }

    /// Steps that were done: what stays of a task that was cancelled or failed.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.state == StepState::Done).count()
    }
}

impl StepRecord {
    fn pending() -> Self {
        Self {
            state: StepState::Pending,
            started: None,
            finished: None,
            text: String::new(),
            done: None,
            total: None,
            rate: None,
            expected_end: None,
            pace: Pace::default(),
            parts: Vec::new(),
            output: VecDeque::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{Operation, TaskId, TaskTarget};
    use crate::domain::{ContainerId, FaultKind, PlannedStep};

    fn record() -> TaskRecord {
        TaskRecord::new(TaskSpec {
            id: TaskId("1".to_owned()),
            operation: Operation::Backup,
            target: TaskTarget::Container {
                id: ContainerId("a".to_owned()),
                name: "web".to_owned(),
                stack: None,
            },
            requested_by: "me".to_owned(),
            requested_from: None,
            requested_at: Timestamp::UNIX_EPOCH,
            endpoint: String::new(),
            terms: crate::domain::TaskTerms::default(),
        })
    }

    fn planned(objects: &[&str]) -> TaskEvent {
        let step = |object: &&str| PlannedStep::new(StepVerb::Pull, *object, "");
        TaskEvent::Planned { plan: Plan { steps: objects.iter().map(step).collect(), ..Plan::default() } }
    }

    #[test]
    fn a_plan_made_anew_keeps_what_was_done() {
        let mut record = record();
        for event in [
            planned(&["image", "maybe"]),
            TaskEvent::StepStarted { step: 0 },
            TaskEvent::StepFinished { step: 0, fault: None },
            planned(&["image", "certain", "more"]),
        ] {
            record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event });
        }
        let states: Vec<_> = record.steps.iter().map(|step| step.state).collect();
        assert_eq!(states, [StepState::Done, StepState::Pending, StepState::Pending]);
    }

    #[test]
    fn a_wait_that_is_over_says_nothing_of_the_way_and_a_failed_step_is_not_done() {
        let mut record = record();
        let TaskEvent::Planned { mut plan } = planned(&["image", "migrate", "api"]) else { return };
        plan.steps[1].verb = StepVerb::Await;
        let said = |step, text: &str| TaskEvent::StepProgress {
            step,
            done: None,
            total: None,
            text: text.to_owned(),
        };
        let fault = Fault::new(FaultKind::Refused, "start container", "api");
        for event in [
            TaskEvent::Planned { plan },
            said(0, "up to date"),
            TaskEvent::StepFinished { step: 0, fault: None },
            said(1, "migrate is running"),
            TaskEvent::StepFinished { step: 1, fault: None },
            TaskEvent::StepFinished { step: 2, fault: Some(fault) },
        ] {
            record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event });
        }
        let texts: Vec<_> = record.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(texts, ["up to date", "", "start container api"]);
        assert_eq!(record.progress(), (2, 3));
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut record = record();
        record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event: planned(&["image"]) });
        for number in 0..60 {
            let event = TaskEvent::StepOutput { step: 0, text: number.to_string() };
            record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event });
        }
        let output = &record.steps[0].output;
        assert_eq!((output.len(), output[0].as_str(), output[49].as_str()), (50, "10", "59"));
    }
}
