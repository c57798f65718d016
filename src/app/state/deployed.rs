//! When what is selected was deployed last.

use super::State;
use crate::app::tree::Subject;
use jiff::Timestamp;

impl State {
    /// When the last task began that brought something of it up; where none is known, when the newest of its containers
    /// was created.
    pub fn deployed_at(&self, subject: &Subject) -> Option<Timestamp> {
        let service = self.service_of(subject).map(|(_, service)| service);
        let task = self.stack_of(subject).and_then(|project| {
            self.tasks.newest_first().find_map(|record| record.deployed(project, service.as_deref()))
        });
        let containers = self.tree.containers_of(subject);
        let created = containers.iter().filter_map(|node| self.fleet.get(&node.id)?.created).max();
        task.or(created)
    }
}
