//! What a worker that was killed had asked for last may still come: the daemon makes a container though nobody waits for
//! it any more. Whoever looked before that would take it for somebody else's.

use crate::domain::task::{StepState, TaskRecord};
use crate::domain::{Fault, StackRef, StepVerb};
use crate::engine::Engine;
use crate::task::{Deploys, Outcome, Store};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::time::{Duration, Instant};

/// The daemon answers a request for longer only where it is not going to.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);
/// What was asked for longer ago is there, or will never be.
const RECENT: SignedDuration = SignedDuration::from_secs(30);

pub async fn wait(engine: &Engine, root: &Path, stack: &StackRef) -> Result<(), Fault> {
    let last = Deploys::of(root, engine.endpoint(), &stack.project).half_done()?;
    let Some(last) = last.filter(|last| last.outcome == Outcome::Unfinished) else { return Ok(()) };
    // One whose journal is gone can tell nothing.
    let Ok(record) = Store::open(root).and_then(|store| store.record(&last.task)) else { return Ok(()) };
    let awaited = awaited(&record, Timestamp::now());
    let begun = Instant::now();
    while !awaited.is_empty() && begun.elapsed() < PATIENCE {
        let there = engine.containers(Some(&stack.project)).await?;
        if awaited.iter().all(|name| there.iter().any(|container| container.name.as_str() == *name)) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// The containers that were being made when the worker's last sign came.
fn awaited(record: &TaskRecord, now: Timestamp) -> Vec<&str> {
    let is_recent = record.last_sign.is_some_and(|sign| now.duration_since(sign) < RECENT);
    let Some(plan) = record.plan.as_ref().filter(|_| is_recent) else { return Vec::new() };
    let steps = plan.steps.iter().zip(&record.steps);
    let making = steps.filter(|(step, record)| {
        step.verb == StepVerb::CreateContainer && record.state == StepState::Running
    });
    making.map(|(step, _)| step.object.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{JournalLine, TaskEvent, TaskTerms};
    use crate::domain::{Operation, Plan, PlannedStep, TaskId, TaskSpec, TaskTarget};

    #[test]
    fn what_was_being_made_when_the_worker_died_is_awaited_for_a_while() {
        let mut record = TaskRecord::new(TaskSpec {
            id: TaskId("1".to_owned()),
            operation: Operation::Rollback { to: None },
            target: TaskTarget::Stack(StackRef::named("shop")),
            requested_by: "me".to_owned(),
            requested_from: None,
            requested_at: Timestamp::UNIX_EPOCH,
            endpoint: String::new(),
            terms: TaskTerms::default(),
        });
        let steps = vec![
            PlannedStep::new(StepVerb::CreateContainer, "one", ""),
            PlannedStep::new(StepVerb::CreateContainer, "two", ""),
            PlannedStep::new(StepVerb::StartContainer, "one", ""),
        ];
        let now = Timestamp::UNIX_EPOCH;
        for event in [
            TaskEvent::Planned { plan: Plan { steps, ..Plan::default() } },
            TaskEvent::StepStarted { step: 0 },
            TaskEvent::StepFinished { step: 0, fault: None },
            TaskEvent::StepStarted { step: 2 },
            TaskEvent::StepStarted { step: 1 },
        ] {
            record.apply(&JournalLine { time: now, event });
        }
        assert_eq!(awaited(&record, now), ["two"]);
        assert!(awaited(&record, now + SignedDuration::from_mins(5)).is_empty());
    }
}
