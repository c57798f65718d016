//! The finished backups, and how the stacks stand with them.

use crate::domain::Fault;
use crate::domain::stack::{BackupEntry, BackupStanding, Backups};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupStore {
    told: Backups,
    fault: Option<Fault>,
    known: bool,
}

impl BackupStore {
    /// A failure keeps what was known of the backups, and not what follows from it.
    pub fn apply(&mut self, result: Result<Backups, Fault>) {
        match result {
            Ok(mut told) => {
                told.entries.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.name.cmp(&b.name)));
                self.told = told;
                self.known = true;
                self.fault = None;
            }
            Err(fault) => {
                // Whether a backup is missing nobody can say now.
                self.told.standings.clear();
                self.fault = Some(fault);
            }
        }
    }

    /// The newest first.
    pub fn entries(&self) -> &[BackupEntry] {
        &self.told.entries
    }

    pub fn get(&self, stack: &str, name: &str) -> Option<&BackupEntry> {
        self.told.entries.iter().find(|entry| entry.stack == stack && entry.name == name)
    }

    /// One for each bundle that cannot be relied on.
    pub fn damaged(&self) -> &[Fault] {
        &self.told.damaged
    }

    pub fn standings(&self) -> &[BackupStanding] {
        &self.told.standings
    }

    /// `None` of a stack with nothing to back up, and before it was told.
    pub fn standing(&self, project: &str) -> Option<&BackupStanding> {
        self.told.standings.iter().find(|standing| standing.project == project)
    }

    /// Whether a restore of the stack waits to be accepted or undone.
    pub fn awaits_decision(&self, stack: &str) -> bool {
        self.told.entries.iter().any(|entry| entry.stack == stack && entry.old_side_until.is_some())
    }

    /// Why the list could not be read the last time.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Whether the list was read at least once.
    pub fn is_known(&self) -> bool {
        self.known
    }
}
