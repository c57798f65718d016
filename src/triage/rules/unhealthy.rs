//! Docker's own health check fails.

use crate::domain::{ContainerState, Health, Operation};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Severity};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if container.health != Some(Health::Unhealthy) || container.state != ContainerState::Running {
            continue;
        }
        let title = format!("{} runs but is unhealthy", container.tag());
        let mut finding = Finding::on("unhealthy", container, Severity::Critical, title);
        if let Some(details) = &container.details {
            if details.failing_streak > 0 {
                finding = finding
                    .seen(format!("its health check failed {} times in a row", details.failing_streak));
            }
            if let Some(output) = details.health_output.as_ref().filter(|output| !output.is_empty()) {
                finding = finding.seen(format!("the check says: {output}"));
            }
        }
        findings.push(finding.fix(
            "restart it",
            request(container, |services| Operation::Restart { services, timeout: None, no_deps: false }),
        ));
    }
}
