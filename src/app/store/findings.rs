//! What is wrong, as the rules of triage see it, and what was.

pub use super::incidents::{Incident, IncidentStore, News, Span, Turning};
pub use crate::triage::{Confidence, Evidence, Finding, Severity};

use jiff::Timestamp;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingStore {
    findings: Vec<Finding>,
    incidents: IncidentStore,
}

impl FindingStore {
    /// Takes in what the rules found. Says whether that is anything else than before, and what is new.
    pub fn apply(&mut self, mut findings: Vec<Finding>, now: Timestamp) -> (bool, Vec<News>) {
        let news = self.incidents.apply(&findings, now);
        findings.sort_by_key(|finding| self.is_acknowledged(&finding.id));
        let changed = findings != self.findings;
        self.findings = findings;
        (changed || !news.is_empty(), news)
    }

    /// The worst first; below them those that the operator has taken note of.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub fn get(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// What is wrong, and what was.
    pub fn incidents(&self) -> &IncidentStore {
        &self.incidents
    }

    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.get(id)
    }

    pub fn is_acknowledged(&self, id: &str) -> bool {
        self.incidents.get(id).is_some_and(Incident::is_acknowledged)
    }

    /// The operator takes note of a finding, or takes that back. Says whether it is taken note of now; `None` where it
    /// is wrong no more.
    pub fn acknowledge(&mut self, id: &str) -> Option<bool> {
        let acknowledged = self.incidents.acknowledge(id)?;
        let incidents = &self.incidents;
        let is_known = |finding: &Finding| incidents.get(&finding.id).is_some_and(Incident::is_acknowledged);
        // Both halves stay in their order; what comes back into the first half goes where its weight has it.
        self.findings.sort_by_key(|finding| {
            (is_known(finding), std::cmp::Reverse(finding.severity), finding.explains.is_empty())
        });
        Some(acknowledged)
    }

    /// For the header: what is down, and what is doubtful, of which the operator has not taken note.
    pub fn count(&self, severity: Severity) -> usize {
        let news = self.findings.iter().filter(|finding| !self.is_acknowledged(&finding.id));
        news.filter(|finding| finding.severity == severity).count()
    }

    pub fn acknowledged(&self) -> usize {
        self.findings.iter().filter(|finding| self.is_acknowledged(&finding.id)).count()
    }
}
