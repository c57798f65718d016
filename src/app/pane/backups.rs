//! Pane 7: the backups, the newest first.

use super::List;
use crate::app::store::backups::BackupStore;

/// The stack and the backup's name.
pub type BackupKey = (String, String);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupsPane {
    pub list: List<BackupKey>,
}

impl BackupsPane {
    pub fn refresh(&mut self, store: &BackupStore) -> bool {
        let filter = self.list.filter.as_ref();
        let shown = store.entries().iter().filter(|entry| {
            filter.is_none_or(|pattern| pattern.matches(&entry.stack) || pattern.matches(&entry.name))
        });
        let keys = shown.map(|entry| (entry.stack.clone(), entry.name.clone())).collect();
        self.list.set(keys)
    }
}
