//! Docker's own health check fails.

use crate::domain::check::gist;
use crate::domain::{ContainerState, Health};
use crate::triage::finding::restart;
use crate::triage::{Facts, Finding, Origin, Severity, failing};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if container.health != Some(Health::Unhealthy) || container.state != ContainerState::Running {
            continue;
        }
        let title = format!("{} runs but is unhealthy", container.tag());
        let since = failing::since(container);
        let mut finding =
            Finding::on("unhealthy", container, Severity::Critical, title).symptom().began(since);
        if let Some(details) = &container.details {
            if details.failing_streak > 0 {
                finding = finding.seen(
                    Origin::Inspect,
                    since,
                    format!("its health check failed {} times in a row", details.failing_streak),
                );
            }
            let last = details.health_runs.last().and_then(|run| run.ended);
            if let Some(output) = details.health_output.as_ref().filter(|output| !output.is_empty()) {
                finding = finding.seen(Origin::Inspect, last, format!("the check says: {}", gist(output)));
            }
        }
        let labels = container.compose.as_ref();
        let passes = facts.checks.iter().find(|check| {
            !check.is_dockers()
                && labels.is_some_and(|labels| {
                    labels.project == check.id.stack && labels.service == check.id.service
                })
                && check.verdict.disagrees_with(Health::Unhealthy)
        });
        if let Some(check) = passes {
            let text = format!("our check {} passes: one of the two asks for the wrong thing", check.label);
            finding = finding.seen(Origin::Check, check.last_run, text);
        }
        findings.push(finding.fix("restart it", restart(facts, container, false)));
    }
}
