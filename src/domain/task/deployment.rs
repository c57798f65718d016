//! Which tasks deploy something.

use super::{Operation, TaskRecord, TaskTarget};
use jiff::Timestamp;

impl TaskRecord {
    /// When it began to bring something of the stack up, or of this service of it, if it did and is over. What failed may
    /// have changed something too. The beginning, for what a deployment starts writes before it ends.
    pub fn deployed(&self, project: &str, service: Option<&str>) -> Option<Timestamp> {
        let deploys = match &self.spec.operation {
            Operation::Up(_)
            | Operation::Create(_)
            | Operation::Scale { .. }
            | Operation::Update(_)
            | Operation::Rollback { .. } => true,
            Operation::Down(_)
            | Operation::Start { .. }
            | Operation::Stop { .. }
            | Operation::Restart { .. }
            | Operation::Kill { .. }
            | Operation::Pause { .. }
            | Operation::Unpause { .. }
            | Operation::Rm { .. }
            | Operation::Cleanup { .. }
            | Operation::Prepare { .. }
            | Operation::Pull(_)
            | Operation::Build(_)
            | Operation::Push(_)
            | Operation::Accept
            | Operation::Backup
            | Operation::Bundle(_)
            | Operation::Restore(_)
            | Operation::RestoreAccept
            | Operation::RestoreUndo => false,
        };
        let of_stack = match &self.spec.target {
            TaskTarget::Stack(stack) => stack.project == project,
            TaskTarget::Container { .. } => false,
        };
        let services = self.spec.operation.services();
        let of_service = service
            .is_none_or(|service| services.is_empty() || services.iter().any(|named| named == service));
        (deploys && of_stack && of_service && self.state.is_over())
            .then_some(self.started.unwrap_or(self.spec.requested_at))
    }
}
