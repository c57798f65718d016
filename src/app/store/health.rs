//! The checks' present state.

use crate::domain::{CheckId, CheckReport, Verdict};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HealthStore {
    reports: BTreeMap<CheckId, CheckReport>,
}

/// What new reports change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HealthChange {
    /// Some report is another, and be it only by how long the answer took.
    pub any: bool,
    /// So is what a finding could be drawn from.
    pub trouble: bool,
}

impl HealthStore {
    /// The batch holds what is new; `Msg::Checks` of all checks replaces nothing that it does not name.
    pub fn apply(&mut self, reports: Vec<CheckReport>) -> HealthChange {
        let mut change = HealthChange::default();
        for report in reports {
            let before = self.reports.get(&report.id);
            change.any |= before != Some(&report);
            change.trouble |= before.is_none_or(|before| !report.repeats(before));
            self.reports.insert(report.id.clone(), report);
        }
        change
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
