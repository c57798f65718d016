//! Removes what is recorded of tasks that ended a while ago. What they have changed stays, and the audit log keeps them.

use super::Store;
use crate::domain::{Fault, TaskId, TaskRecord, units};
use jiff::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// Records that are removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    pub removed: Vec<TaskId>,
    /// Tasks that are not over, or ended too recently.
    pub kept: usize,
    /// What could not be removed, and why.
    pub faults: Vec<Fault>,
}

impl Store {
    /// Removes the records of tasks that ended more than `older_than` ago; with `dry_run` only tells which.
    pub fn clean(&self, older_than: Duration, now: Timestamp, dry_run: bool) -> Result<Cleaned, Fault> {
        let mut cleaned = Cleaned::default();
        for id in self.ids()? {
            match self.record(&id) {
                Ok(record) if is_due(&record, older_than, now) => {
                    match if dry_run { Ok(()) } else { self.remove(&id) } {
                        Ok(()) => cleaned.removed.push(id),
                        Err(fault) => cleaned.faults.push(fault),
                    }
                }
                Ok(_) => cleaned.kept += 1,
                Err(fault) => cleaned.faults.push(fault),
            }
        }
        Ok(cleaned)
    }

    /// Without its specification a directory is no task any more, whatever else of it could not be removed.
    fn remove(&self, id: &TaskId) -> Result<(), Fault> {
        let directory = self.directory(id);
        std::fs::remove_file(directory.join("spec.json"))
            .and_then(|()| std::fs::remove_dir_all(&directory))
            .map_err(|error| Fault::io("remove", directory.display(), &error))
    }
}

/// A task that was interrupted ended when it was last heard of.
fn is_due(record: &TaskRecord, older_than: Duration, now: Timestamp) -> bool {
    record.state.is_over() && units::since(record.ended(), now) > older_than
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Operation, StackRef, TaskSpec, TaskState, TaskTarget, TaskTerms};
    use jiff::ToSpan as _;

    fn record(state: TaskState, hours_ago: i64, now: Timestamp) -> TaskRecord {
        let at = now.checked_sub(hours_ago.hours()).unwrap();
        let mut record = TaskRecord::new(TaskSpec {
            id: TaskId("a".to_owned()),
            operation: Operation::Backup,
            target: TaskTarget::Stack(StackRef::named("shop")),
            requested_by: String::new(),
            requested_from: None,
            requested_at: at,
            endpoint: String::new(),
            terms: TaskTerms::default(),
        });
        record.state = state;
        record.finished = state.is_over().then_some(at);
        record
    }

    #[test]
    fn only_what_ended_long_enough_ago_goes() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let due = |state, hours| is_due(&record(state, hours, now), Duration::from_hours(24), now);
        assert!(
            due(TaskState::Completed, 25) && due(TaskState::Interrupted, 25) && due(TaskState::Failed, 25)
        );
        assert!(
            !due(TaskState::Completed, 23) && !due(TaskState::Running, 25) && !due(TaskState::Pending, 99)
        );
        assert!(!due(TaskState::Completed, -25), "a clock that was put back makes nothing old");
    }
}
