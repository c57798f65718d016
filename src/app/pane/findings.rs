//! Pane 5: the findings, the worst first.

use super::List;
use crate::app::store::findings::FindingStore;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingsPane {
    /// By the findings' ids.
    pub list: List<String>,
}

impl FindingsPane {
    pub fn refresh(&mut self, store: &FindingStore) -> bool {
        let filter = self.list.filter.as_ref();
        let shown = store.findings().iter().filter(|finding| {
            filter.is_none_or(|pattern| {
                pattern.matches(&finding.title) || finding.evidence.iter().any(|line| pattern.matches(line))
            })
        });
        let keys = shown.map(|finding| finding.id.clone()).collect();
        self.list.set(keys)
    }
}
