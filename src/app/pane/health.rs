//! Pane 4: the checks, the worst first.

use super::List;
use crate::app::store::health::HealthStore;
use crate::app::tree::Tree;
use crate::domain::{CheckId, Verdict};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HealthPane {
    pub list: List<CheckId>,
}

impl HealthPane {
    /// What comes with the program and was never deployed is neither well nor ill.
    pub fn refresh(&mut self, store: &HealthStore, tree: &Tree) -> bool {
        let filter = self.list.filter.as_ref();
        let shown =
            store.reports().filter(|report| !tree.is_only_offered(&report.id.stack)).filter(|report| {
                filter.is_none_or(|pattern| {
                    pattern.matches(&report.id.stack)
                        || pattern.matches(&report.id.service)
                        || pattern.matches(&report.label)
                        || pattern.matches(&report.message)
                })
            });
        let mut reports: Vec<_> = shown.map(|report| (rank(report.verdict), &report.id)).collect();
        reports.sort();
        let keys = reports.into_iter().map(|(_, id)| id.clone()).collect();
        self.list.set(keys)
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Down => 0,
        Verdict::Degraded => 1,
        Verdict::Starting => 2,
        Verdict::Unknown => 3,
        Verdict::Up => 4,
    }
}
