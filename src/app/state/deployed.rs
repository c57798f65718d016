//! When what is selected was deployed last.

use super::State;
use crate::app::tree::Subject;
use crate::domain::{Operation, TaskTarget};
use jiff::Timestamp;

impl State {
    /// When the last task began that brought something of the stack up and is over; where none is known, when the newest
    /// of the containers was created. The beginning, for what a deployment starts writes before it ends.
    pub fn deployed_at(&self, subject: &Subject) -> Option<Timestamp> {
        let project = self.stack_of(subject);
        let service = self.service_of(subject).map(|(_, service)| service);
        let deploys = |operation: &Operation| match operation {
            Operation::Up(_) | Operation::Create(_) | Operation::Scale { .. } => {
                let services = operation.services();
                service.as_ref().is_none_or(|service| services.is_empty() || services.contains(service))
            }
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
            | Operation::Backup => false,
        };
        let task = self.tasks.newest_first().find(|record| {
            let of_stack = match &record.spec.target {
                TaskTarget::Stack(stack) => Some(&stack.project) == project.as_ref(),
                TaskTarget::Container { .. } => false,
            };
            // What failed may have changed something too.
            of_stack && record.state.is_over() && deploys(&record.spec.operation)
        });
        let containers = self.tree.containers_of(subject);
        let created = containers.iter().filter_map(|node| self.fleet.get(&node.id)?.created).max();
        task.and_then(|record| record.started.or(Some(record.spec.requested_at))).or(created)
    }
}
