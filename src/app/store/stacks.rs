//! The stacks that files describe.

use crate::domain::{Fault, StackFile};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackStore {
    files: Vec<StackFile>,
    faults: Vec<Fault>,
}

impl StackStore {
    pub fn apply(&mut self, files: Vec<StackFile>, faults: Vec<Fault>) -> bool {
        let changed = files != self.files || faults != self.faults;
        self.files = files;
        self.faults = faults;
        changed
    }

    pub fn files(&self) -> &[StackFile] {
        &self.files
    }

    pub fn get(&self, project: &str) -> Option<&StackFile> {
        self.files.iter().find(|file| file.reference.project == project)
    }

    /// What is wrong with files that could not be read.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}
