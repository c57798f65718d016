//! It starts, ends, and is started again by its restart policy.

use crate::domain::{Container, ContainerState, units};
use crate::triage::{Facts, Finding, Severity, exit_code};
use std::time::Duration;

/// Docker waits a minute at the most between two attempts, and resets the wait after ten seconds of life.
const RECENT: Duration = Duration::from_mins(5);
const MANY: u64 = 3;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let restarts = container.details.as_ref().map(|details| details.restart_count);
        let restarting = container.state == ContainerState::Restarting;
        if !restarting && !came_back_just_now(container, facts) {
            continue;
        }
        let code = exit_code::of(container).map(exit_code::words);
        let why = code.as_deref().map(|code| format!(": {code}")).unwrap_or_default();
        let title = format!("{} keeps restarting{why}", container.tag());
        let mut finding = Finding::on("crash-loop", container, Severity::Critical, title);
        if let Some(restarts) = restarts {
            finding = finding.seen(format!("started again {restarts} times by its restart policy"));
        }
        if restarting {
            finding = finding.seen(&container.status);
        }
        findings.push(finding.advise("read its last log lines; the first error there is the cause"));
    }
}

fn came_back_just_now(container: &Container, facts: &Facts<'_>) -> bool {
    let Some(details) = &container.details else { return false };
    let young = |started| units::since(started, facts.now) < RECENT;
    container.state == ContainerState::Running
        && details.restart_count >= MANY
        && details.started_at.is_some_and(young)
}
