//! Goes on with a task that did not get to its end: a task of its own that looks at the Engine and plans anew. What the
//! journal of the other one says is not trusted.

use super::{Requester, Store};
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, TaskId, TaskRecord, TaskState};
use jiff::Timestamp;

impl Store {
    /// Submits what the task was asked for once more, on the same daemon, and gives the new task's id.
    pub fn resume(&self, id: &TaskId, now: Timestamp) -> Result<TaskId, Fault> {
        let record = self.resumable(id)?;
        let spec = record.spec;
        let request = TaskRequest { operation: spec.operation, target: spec.target };
        self.submit_for(Requester::current(), request, &spec.endpoint, Some(spec.id), now)
    }

    /// The task, if it can be gone on with.
    pub fn resumable(&self, id: &TaskId) -> Result<TaskRecord, Fault> {
        let record = self.record(id)?;
        let conflict = |cause: String| Fault::new(FaultKind::Conflict, "resume task", &id.0).because(cause);
        if !record.state.is_unfinished() {
            let what = match record.state {
                TaskState::Pending | TaskState::Running => "`mcp-tui tasks attach` follows it",
                TaskState::Completed | TaskState::Failed | TaskState::Cancelled | TaskState::Interrupted => {
                    "give the command itself to do it again"
                }
            };
            let cause = format!("it is {}: nothing of it is left to be gone on with", record.state.word());
            return Err(conflict(cause).hint(what));
        }
        match self.continuation(id)? {
            Some(later) if later.state.is_unfinished() => {
                Err(conflict(format!("{} went on with it: {}", later.spec.id.0, later.state.word()))
                    .hint(format!("`mcp-tui tasks resume {}` goes on with that one", later.spec.id.0)))
            }
            Some(later) => {
                Err(conflict(format!("{} went on with it: {}", later.spec.id.0, later.state.word()))
                    .hint(format!("`mcp-tui tasks show {}` tells what it did", later.spec.id.0)))
            }
            None => Ok(record),
        }
    }

    /// The task that goes on with another. It is newer than that one.
    fn continuation(&self, id: &TaskId) -> Result<Option<TaskRecord>, Fault> {
        let newer = self.ids()?.into_iter().take_while(|other| other.0[..] >= *second_of(id));
        for other in newer.filter(|other| other != id) {
            // One that cannot be read is no reason to give up the others.
            let Ok(spec) = self.spec(&other) else { continue };
            if spec.terms.continues.as_ref() == Some(id) {
                return self.record(&other).map(Some);
            }
        }
        Ok(None)
    }
}

/// An id begins with the second in which it was asked for.
fn second_of(id: &TaskId) -> &str {
    id.0.split_once('-').map_or(id.0.as_str(), |(second, _)| second)
}
