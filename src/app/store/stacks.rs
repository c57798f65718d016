//! The stacks that files describe.

use crate::domain::{Fault, StackFile};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackStore {
    files: Vec<StackFile>,
    faults: Vec<Fault>,
    unread: BTreeMap<String, Fault>,
    heard: bool,
}

impl StackStore {
    pub fn apply(
        &mut self,
        files: Vec<StackFile>,
        faults: Vec<Fault>,
        unread: BTreeMap<String, Fault>,
    ) -> bool {
        let changed = files != self.files || faults != self.faults || unread != self.unread;
        self.heard = true;
        self.unread = unread;
        self.files = files;
        self.faults = faults;
        changed
    }

    /// Whether they were looked for: before that, none means nothing.
    pub fn was_heard(&self) -> bool {
        self.heard
    }

    pub fn files(&self) -> &[StackFile] {
        &self.files
    }

    pub fn get(&self, project: &str) -> Option<&StackFile> {
        self.files.iter().find(|file| file.reference.project == project)
    }

    /// Why the files of a stack that runs are out of reach, where they are.
    pub fn unread(&self, project: &str) -> Option<&Fault> {
        self.unread.get(project)
    }

    /// What is wrong with files that could not be read.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}
