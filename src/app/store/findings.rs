//! What is wrong, as the rules of triage see it.

pub use crate::triage::{Finding, Severity};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingStore {
    findings: Vec<Finding>,
}

impl FindingStore {
    pub fn apply(&mut self, findings: Vec<Finding>) -> bool {
        let changed = findings != self.findings;
        self.findings = findings;
        changed
    }

    /// The worst first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub fn get(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// For the header: what is down, and what is doubtful.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
