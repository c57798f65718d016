//! A task's details as rows: the stack's own steps, then each service with its steps, what it wrote, and how it ended.

use crate::domain::TaskRecord;
use crate::domain::plan::Branch;
use crate::domain::task::StepState;

/// A plan of more steps than this shows only the services that something is being done to, step by step.
const FEW_STEPS: usize = 14;
/// The last lines of a program that are shown below its step.
const LINES_SHOWN: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskRow {
    /// A service, by its place in the plan's outline.
    Branch(usize),
    Step {
        step: usize,
        /// Under its branch.
        inside: bool,
    },
    /// A part of a step that is under way: a layer of an image.
    Part {
        step: usize,
        part: usize,
    },
    /// What a step's program wrote.
    Said {
        step: usize,
        line: usize,
    },
    Output(usize),
    Fault,
    Hint,
    /// Who was told of the end.
    Told(usize),
    /// What was left undone.
    Undone,
    /// What can be done about a task that did not get to its end.
    Offer,
    /// There is nothing to tell yet.
    Nothing,
}

/// How far the steps of a branch are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchState {
    pub state: StepState,
    /// Steps that are done, of so many.
    pub done: usize,
    pub all: usize,
}

/// The rows, for the outline of the record's plan.
pub fn rows(record: &TaskRecord, outline: &[Branch]) -> Vec<TaskRow> {
    let few = record.steps.len() <= FEW_STEPS;
    let mut rows = Vec::new();
    for (place, branch) in outline.iter().enumerate() {
        let inside = branch.service.is_some();
        if inside {
            rows.push(TaskRow::Branch(place));
        }
        let state = branch_state(record, branch).state;
        if inside && !few && !matches!(state, StepState::Running | StepState::Failed) {
            continue;
        }
        for step in &branch.steps {
            add_step(&mut rows, record, *step, inside);
        }
    }
    rows.extend((0..record.output.len()).map(TaskRow::Output));
    if let Some(fault) = &record.fault {
        rows.push(TaskRow::Fault);
        rows.extend(fault.hint.as_ref().map(|_| TaskRow::Hint));
    }
    rows.extend((0..record.told.len()).map(TaskRow::Told));
    if record.state.is_unfinished() {
        rows.extend(record.undone().next().map(|_| TaskRow::Undone));
        rows.push(TaskRow::Offer);
    }
    if rows.is_empty() {
        rows.push(TaskRow::Nothing);
    }
    rows
}

fn add_step(rows: &mut Vec<TaskRow>, record: &TaskRecord, step: usize, inside: bool) {
    let Some(state) = record.steps.get(step) else { return };
    rows.push(TaskRow::Step { step, inside });
    if matches!(state.state, StepState::Running | StepState::Failed) {
        let parts = state.parts.iter().enumerate().filter(|(_, part)| !part.over);
        rows.extend(parts.map(|(part, _)| TaskRow::Part { step, part }));
        let first = state.output.len().saturating_sub(LINES_SHOWN);
        rows.extend((first..state.output.len()).map(|line| TaskRow::Said { step, line }));
    }
}

/// A branch runs from its first step to its last, also while it waits for another branch in between.
pub fn branch_state(record: &TaskRecord, branch: &Branch) -> BranchState {
    let states = || branch.steps.iter().filter_map(|step| record.steps.get(*step)).map(|step| step.state);
    let done = states().filter(|state| *state == StepState::Done).count();
    let state = if states().any(|state| state == StepState::Failed) {
        StepState::Failed
    } else if done == branch.steps.len() {
        StepState::Done
    } else if done > 0 || states().any(|state| state == StepState::Running) {
        StepState::Running
    } else {
        StepState::Pending
    };
    BranchState { state, done, all: branch.steps.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{JournalLine, TaskEvent};
    use crate::domain::{
        DownOptions, Operation, Plan, PlannedStep, StackRef, StepVerb, TaskId, TaskSpec, TaskTarget,
    };
    use jiff::Timestamp;

    fn record(services: usize, each: usize) -> TaskRecord {
        let stack = StackRef {
            project: "shop".to_owned(),
            files: Vec::new(),
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
        };
        let mut record = TaskRecord::new(TaskSpec {
            id: TaskId("t".to_owned()),
            operation: Operation::Down(DownOptions::default()),
            target: TaskTarget::Stack(stack),
            requested_by: "root".to_owned(),
            requested_from: None,
            requested_at: Timestamp::UNIX_EPOCH,
            endpoint: String::new(),
            terms: crate::domain::TaskTerms::default(),
        });
        let step = |service: usize, number: usize| {
            PlannedStep::new(StepVerb::CreateContainer, format!("shop-{service}-{number}"), "")
                .of(format!("service-{service}").as_str())
        };
        let steps = (0..services).flat_map(|service| (0..each).map(move |number| step(service, number)));
        apply(&mut record, TaskEvent::Planned { plan: Plan { steps: steps.collect(), ..Plan::default() } });
        record
    }

    fn apply(record: &mut TaskRecord, event: TaskEvent) {
        record.apply(&JournalLine { time: Timestamp::UNIX_EPOCH, event });
    }

    fn shown(record: &TaskRecord) -> Vec<TaskRow> {
        rows(record, &record.plan.as_ref().unwrap().outline())
    }

    #[test]
    fn a_short_plan_shows_every_step_under_its_service() {
        let record = record(3, 2);
        assert_eq!(shown(&record).len(), 3 + 6);
    }

    #[test]
    fn a_long_plan_shows_the_steps_of_what_is_under_way_and_one_line_for_each_of_the_others() {
        let mut record = record(10, 4);
        assert_eq!(shown(&record).len(), 10, "nothing runs yet");
        for step in 0..4 {
            apply(&mut record, TaskEvent::StepStarted { step });
            apply(&mut record, TaskEvent::StepFinished { step, fault: None });
        }
        apply(&mut record, TaskEvent::StepStarted { step: 4 });
        let rows = shown(&record);
        assert_eq!(rows.len(), 10 + 4, "{rows:?}");
        assert_eq!(rows[1..3], [TaskRow::Branch(1), TaskRow::Step { step: 4, inside: true }]);
        let outline = record.plan.as_ref().unwrap().outline();
        let state = |branch: usize| branch_state(&record, &outline[branch]);
        assert_eq!(state(0), BranchState { state: StepState::Done, done: 4, all: 4 });
        assert_eq!(state(1), BranchState { state: StepState::Running, done: 0, all: 4 });
        assert_eq!(state(2), BranchState { state: StepState::Pending, done: 0, all: 4 });
    }

    #[test]
    fn what_a_running_step_says_stands_below_it_and_goes_with_it() {
        let mut record = record(1, 2);
        apply(&mut record, TaskEvent::StepStarted { step: 0 });
        for line in 0..9 {
            apply(&mut record, TaskEvent::StepOutput { step: 0, text: line.to_string() });
        }
        assert_eq!(shown(&record).len(), 3 + LINES_SHOWN);
        apply(&mut record, TaskEvent::StepFinished { step: 0, fault: None });
        assert_eq!(shown(&record).len(), 3);
    }
}
