//! The checks' present state.

use crate::domain::{CheckId, CheckReport, Verdict};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HealthStore {
    reports: BTreeMap<CheckId, CheckReport>,
}

impl HealthStore {
    /// The batch holds what is new; `Msg::Checks` of all checks replaces nothing that it does not name.
    pub fn apply(&mut self, reports: Vec<CheckReport>) -> bool {
        let mut changed = false;
        for report in reports {
            let before = self.reports.get(&report.id);
            changed |= before != Some(&report);
            self.reports.insert(report.id.clone(), report);
        }
        changed
    }

    /// Forgets the checks of files that are gone.
    pub fn retain(&mut self, keep: impl Fn(&CheckId) -> bool) {
        self.reports.retain(|id, _| keep(id));
    }

    pub fn get(&self, id: &CheckId) -> Option<&CheckReport> {
        self.reports.get(id)
    }

    pub fn reports(&self) -> impl Iterator<Item = &CheckReport> {
        self.reports.values()
    }

    pub fn of_service<'a>(
        &'a self,
        stack: &'a str,
        service: &'a str,
    ) -> impl Iterator<Item = &'a CheckReport> + 'a {
        self.reports.values().filter(move |report| report.id.stack == stack && report.id.service == service)
    }

    /// The check that says most about a service: the worst one, and among equals one that asks the service itself.
    pub fn worst_of<'a>(&'a self, stack: &'a str, service: &'a str) -> Option<&'a CheckReport> {
        self.of_service(stack, service).min_by_key(|report| {
            let verdict = match report.verdict {
                Verdict::Down => 0,
                Verdict::Degraded => 1,
                Verdict::Starting => 2,
                Verdict::Up => 3,
                Verdict::Unknown => 4,
            };
            (verdict, report.latency.is_none())
        })
    }
}
