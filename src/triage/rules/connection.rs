//! Nobody listens where a container wants to connect to.

use crate::triage::{Confidence, Facts, Finding, Sign};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in facts.with_sign(Sign::ConnectionRefused) {
        let title = format!("{} is refused where it wants to connect to", container.tag());
        findings.push(
            Finding::on("connection", container, super::log_sign::severity(container), title)
                .symptom()
                .confidence(Confidence::Possible)
                .signed(told)
                .advise("see whether what it wants to reach runs and listens there"),
        );
    }
}
