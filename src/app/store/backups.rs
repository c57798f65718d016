//! The finished backups.

use crate::domain::Fault;
use crate::domain::stack::BackupEntry;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupStore {
    entries: Vec<BackupEntry>,
    fault: Option<Fault>,
    asked: bool,
    known: bool,
}

impl BackupStore {
    /// A failure keeps what was known.
    pub fn apply(&mut self, result: Result<Vec<BackupEntry>, Fault>) {
        match result {
            Ok(mut entries) => {
                entries.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.name.cmp(&b.name)));
                self.entries = entries;
                self.known = true;
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// The newest first.
    pub fn entries(&self) -> &[BackupEntry] {
        &self.entries
    }

    pub fn get(&self, stack: &str, name: &str) -> Option<&BackupEntry> {
        self.entries.iter().find(|entry| entry.stack == stack && entry.name == name)
    }

    pub fn newest_of(&self, stack: &str) -> Option<&BackupEntry> {
        self.entries.iter().find(|entry| entry.stack == stack)
    }

    /// Why the list could not be read the last time.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Whether the list was read at least once.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// True the first time: then the list is to be asked for.
    pub fn ask_once(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }

    pub fn was_asked(&self) -> bool {
        self.asked
    }
}
