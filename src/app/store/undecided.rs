//! The deploys whose old containers are kept until somebody accepts them.

use crate::domain::Fault;
use crate::domain::deploy::Undecided;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UndecidedStore {
    told: Vec<Undecided>,
}

impl UndecidedStore {
    /// Says whether that is news. A failure keeps what was known.
    pub fn apply(&mut self, result: Result<Vec<Undecided>, Fault>) -> Result<bool, Fault> {
        let told = result?;
        let changed = told != self.told;
        self.told = told;
        Ok(changed)
    }

    pub fn all(&self) -> &[Undecided] {
        &self.told
    }

    pub fn of(&self, project: &str) -> Option<&Undecided> {
        self.told.iter().find(|undecided| undecided.stack.project == project)
    }
}
