//! Pane 6: the tasks, the newest first.

use super::List;
use crate::app::store::tasks::TaskStore;
use crate::domain::TaskId;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TasksPane {
    pub list: List<TaskId>,
    /// Whose steps are shown, and the first line of them.
    pub open: Option<(TaskId, usize)>,
}

impl TasksPane {
    pub fn refresh(&mut self, store: &TaskStore) -> bool {
        let filter = self.list.filter.as_ref();
        let shown = store.newest_first().filter(|record| {
            filter.is_none_or(|pattern| {
                pattern.matches(record.spec.operation.verb()) || pattern.matches(record.spec.target.name())
            })
        });
        let keys = shown.map(|record| record.spec.id.clone()).collect();
        if self.open.as_ref().is_some_and(|(id, _)| store.get(id).is_none()) {
            self.open = None;
        }
        self.list.set_from_top(keys)
    }
}
