//! The tasks that the state directory knows.

mod rows;

pub use rows::{BranchState, TaskRow, branch_state, rows};

use crate::domain::{TaskId, TaskRecord};
use std::collections::{BTreeMap, BTreeSet};

/// More than the pane is ever read through; the state directory keeps the rest.
const LIMIT: usize = 500;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskStore {
    records: BTreeMap<TaskId, TaskRecord>,
    /// Asked to end, from here.
    ending: BTreeSet<TaskId>,
}

impl TaskStore {
    pub fn apply_all(&mut self, records: Vec<TaskRecord>) -> bool {
        let records: BTreeMap<_, _> =
            records.into_iter().map(|record| (record.spec.id.clone(), record)).collect();
        let changed = records != self.records;
        self.records = records;
        self.trim();
        changed
    }

    /// Says whether the task has just ended.
    pub fn apply(&mut self, record: TaskRecord) -> bool {
        let over = record.state.is_over();
        let before = self.records.insert(record.spec.id.clone(), record);
        self.trim();
        over && before.is_none_or(|before| !before.state.is_over())
    }

    pub fn get(&self, id: &TaskId) -> Option<&TaskRecord> {
        self.records.get(id)
    }

    pub fn ends(&mut self, id: &TaskId) {
        self.ending.insert(id.clone());
    }

    /// Whether it was asked to end and still goes on.
    pub fn is_ending(&self, id: &TaskId) -> bool {
        self.ending.contains(id) && self.get(id).is_some_and(|record| !record.state.is_over())
    }

    /// Ids tell the second only, and two may be asked for within one.
    pub fn newest_first(&self) -> impl Iterator<Item = &TaskRecord> {
        let mut records: Vec<&TaskRecord> = self.records.values().collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.spec.requested_at, &record.spec.id)));
        records.into_iter()
    }

    pub fn running(&self) -> impl Iterator<Item = &TaskRecord> {
        self.newest_first().filter(|record| !record.state.is_over())
    }

    /// Ids sort by time, so the first are the oldest.
    fn trim(&mut self) {
        while self.records.len() > LIMIT {
            self.records.pop_first();
        }
    }
}
