//! It starts, ends, and is started again by its restart policy.

use super::out_of_memory;
use crate::domain::{Container, ContainerState, Health, units};
use crate::triage::{Facts, Finding, Origin, Severity, exit_code};
use jiff::Timestamp;
use std::time::Duration;

/// One that has run for so long since its last restart, or is healthy again, has come back.
const SETTLED: Duration = Duration::from_mins(1);
const MANY: u64 = 3;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if is_looping(container, facts.now) {
            findings.push(finding(container, facts));
        }
    }
}

/// Says the same while the container is up for a moment as while it waits for its next start.
fn finding(container: &Container, facts: &Facts<'_>) -> Finding {
    let details = container.details.as_ref();
    let last = details.and_then(|details| details.last_end);
    let code = exit_code::of(container).or(last.map(|end| end.exit_code)).map(exit_code::words);
    let out_of_memory =
        details.is_some_and(|details| details.oom_killed) || last.is_some_and(|end| end.oom_killed);
    let tag = container.tag();
    let title = match &code {
        _ if out_of_memory => format!("{tag} keeps restarting for lack of memory"),
        Some(code) => format!("{tag} keeps restarting: {code}"),
        None => format!("{tag} keeps restarting"),
    };
    let mut finding = Finding::on("crash-loop", container, Severity::Critical, title);
    if out_of_memory {
        let code = code.map(|code| format!(", {code}")).unwrap_or_default();
        finding = finding.seen(Origin::Inspect, None, format!("OOMKilled{code}"));
    }
    if let Some(details) = details.filter(|details| details.restart_count > 0) {
        finding = finding.seen(
            Origin::Inspect,
            None,
            format!("started again {} times by its restart policy", details.restart_count),
        );
    }
    if container.state == ContainerState::Restarting {
        finding = finding.seen(Origin::Inspect, None, &container.status);
    }
    if let Some((time, line)) = facts.first_error(container) {
        finding = finding.seen(Origin::Log, time, line);
    }
    finding.advise(if out_of_memory {
        out_of_memory::ADVICE
    } else {
        "read its last log lines; the first error there is the cause"
    })
}

pub(in crate::triage) fn is_looping(container: &Container, now: Timestamp) -> bool {
    container.state == ContainerState::Restarting || came_back_just_now(container, now)
}

fn came_back_just_now(container: &Container, now: Timestamp) -> bool {
    let Some(details) = &container.details else { return false };
    let young = |started| units::since(started, now) < SETTLED;
    container.state == ContainerState::Running
        && container.health != Some(Health::Healthy)
        && details.restart_count >= MANY
        && details.started_at.is_some_and(young)
}
