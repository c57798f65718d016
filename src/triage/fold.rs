//! One finding per trouble: consequences become evidence of their cause.

use super::Finding;
use crate::domain::Safe;

/// Findings come in the order of the rules, causes before consequences.
pub(super) fn fold(found: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in found {
        match kept.iter_mut().find(|cause| explains(cause, &finding)) {
            Some(cause) => {
                cause.severity = cause.severity.max(finding.severity);
                for line in std::iter::once(finding.title).chain(finding.evidence) {
                    add(&mut cause.evidence, line);
                }
            }
            None => kept.push(finding),
        }
    }
    // Stable: within a severity the rules' order stands.
    kept.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    kept
}

fn explains(cause: &Finding, finding: &Finding) -> bool {
    match (&cause.about.container, &finding.about.container) {
        (Some(one), Some(other)) => one == other,
        // A check is about a service; the trouble of one of its containers explains it.
        (Some(_), None) => {
            finding.about.service.is_some()
                && cause.about.service == finding.about.service
                && cause.about.stack == finding.about.stack
        }
        (None, _) => false,
    }
}

fn add(evidence: &mut Vec<Safe>, line: Safe) {
    if !evidence.contains(&line) {
        evidence.push(line);
    }
}
