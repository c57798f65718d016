//! Asks a task's worker to end after the step it is at.

use super::{ProcessMark, Store};
use crate::domain::{Fault, FaultKind, TaskId, TaskState};

impl Store {
    /// The worker heeds it between two steps and leaves an ending: follow the task to see which.
    pub fn cancel(&self, id: &TaskId) -> Result<(), Fault> {
        let record = self.record(id)?;
        let conflict = |cause: &str| Fault::new(FaultKind::Conflict, "cancel task", &id.0).because(cause);
        let over = |state: TaskState| {
            conflict(&format!("it is over: {}", state.word()))
                .hint(format!("`mcp-tui tasks show {}` tells what it did", id.0))
        };
        if record.state.is_over() {
            return Err(over(record.state));
        }
        let Some((pid, boot_id, start_ticks)) = record.worker else {
            return Err(conflict("its worker has not begun yet").hint("ask again in a moment"));
        };
        let asked = ProcessMark { pid, boot_id, start_ticks }.terminate();
        if asked.map_err(|error| Fault::io("cancel task", &id.0, &error))? {
            return Ok(());
        }
        // It ended between the two looks.
        Err(over(self.record(id)?.state))
    }
}
