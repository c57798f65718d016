//! Pane 4: the checks, the worst first.

mod beside_docker;

pub use beside_docker::BesideDocker;

use super::List;
use crate::app::store::health::HealthStore;
use crate::app::tree::Tree;
use crate::domain::{CheckId, CheckReport, Verdict};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HealthPane {
    pub list: List<CheckId>,
}

impl HealthPane {
    /// What comes with the program and was never deployed is neither well nor ill; of a stack that is gone with all its
    /// containers nothing is expected any more.
    pub fn refresh(&mut self, store: &HealthStore, tree: &Tree) -> bool {
        let filter = self.list.filter.as_ref();
        let is_gone = |report: &CheckReport| {
            report.verdict == Verdict::Unknown && tree.stack(&report.id.stack).is_none()
        };
        let expected = |report: &&CheckReport| !tree.is_only_offered(&report.id.stack) && !is_gone(report);
        let shown = store.reports().filter(expected).filter(|report| {
            filter.is_none_or(|pattern| {
                pattern.matches(&report.id.stack)
                    || pattern.matches(&report.id.service)
                    || pattern.matches(&report.label)
                    || pattern.matches(&report.message)
            })
        });
        let mut reports: Vec<_> = shown.map(|report| (report.verdict.urgency(), &report.id)).collect();
        reports.sort();
        let keys = reports.into_iter().map(|(_, id)| id.clone()).collect();
        self.list.set_from_top(keys)
    }
}
