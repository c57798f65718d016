//! It ended with an error while the rest of its stack runs.

use crate::domain::host::KernelMessageKind;
use crate::domain::{Container, ContainerState, Operation, units};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity, exit_code};
use std::time::Duration;

/// What ended longer ago with all of its stack is left as it is on purpose, or matters to nobody.
const RECENT: Duration = Duration::from_hours(1);

/// How a process ends that was asked to: by SIGINT or SIGTERM.
const ON_REQUEST: [i64; 2] = [130, 143];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if container.state != ContainerState::Exited || container.was_stopped() {
            continue;
        }
        let Some(code) = exit_code::of(container).filter(|code| *code != 0 && !ON_REQUEST.contains(code))
        else {
            continue;
        };
        let end = container.details.as_ref().and_then(|details| details.finished_at);
        let peers = has_running_peers(container, facts);
        // A stack that is down as a whole was stopped, unless its end is no signal's and of late.
        let awaited = is_awaited(container, facts);
        if !peers && !awaited && (code > 128 || end.is_none_or(|end| units::since(end, facts.now) > RECENT)) {
            continue;
        }
        // A stop that nobody saw and that ran out of its grace ends in 137 as well, so that alone is no alarm.
        let severity =
            if code == 137 || !(peers || awaited) { Severity::Warning } else { Severity::Critical };
        let title = format!("{} is down: {}", container.tag(), exit_code::words(code));
        let mut finding = Finding::on("exited", container, severity, title);
        if let Some(end) = end {
            let ago = units::duration(units::since(end, facts.now));
            let beside = if peers { ", while other containers of its stack run" } else { "" };
            finding = finding.seen(Origin::Inspect, end, format!("ended {ago} ago{beside}"));
        }
        let lacked_memory = container.details.as_ref().is_some_and(|details| details.oom_killed)
            || facts.kernel.iter().any(|message| match &message.kind {
                KernelMessageKind::OutOfMemory { task_cgroup, .. } => task_cgroup.contains(&container.id.0),
                KernelMessageKind::Xid { .. } => false,
            });
        if code == 137 && !lacked_memory {
            finding = finding.seen(
                Origin::Inspect,
                None,
                "not for lack of memory: killed from outside, or by a stop that took too long",
            );
        }
        if let Some((time, line)) = facts.first_error(container) {
            finding = finding.seen(Origin::Log, time, line);
        }
        findings.push(finding.fix("start it", request(container, |services| Operation::Start { services })));
    }
}

fn has_running_peers(container: &Container, facts: &Facts<'_>) -> bool {
    let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) else { return false };
    facts.containers.iter().any(|peer| {
        peer.is_running() && peer.compose.as_ref().is_some_and(|peer| peer.project == labels.project)
    })
}

/// Whether a service of its stack was not started and depends on it.
fn is_awaited(container: &Container, facts: &Facts<'_>) -> bool {
    let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) else { return false };
    facts.containers.iter().filter(|other| other.state == ContainerState::Created).any(|other| {
        other.compose.as_ref().is_some_and(|other| {
            other.project == labels.project
                && other
                    .depends_on
                    .iter()
                    .any(|entry| entry.split(':').next() == Some(labels.service.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::{ComposeLabels, fixtures};
    use crate::triage::findings;
    use jiff::Timestamp;

    #[test]
    fn what_was_killed_for_lack_of_memory_is_not_said_to_have_had_enough() {
        let says_so = |oom_killed| {
            let details = ContainerDetails { exit_code: 137, oom_killed, ..fixtures::details() };
            let container = Container {
                state: ContainerState::Exited,
                details: Some(details),
                ..fixtures::replica("mcp", "api", 1)
            };
            let peer = fixtures::replica("mcp", "web", 1);
            let mut found = Vec::new();
            find(&Facts { containers: vec![&container, &peer], ..Facts::default() }, &mut found);
            found[0].evidence.iter().any(|line| line.text.starts_with("not for lack of memory"))
        };
        assert_eq!([says_so(false), says_so(true)], [true, false]);
    }

    #[test]
    fn what_keeps_another_service_from_its_start_is_critical_and_explains_it() {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let migrate = Container {
            state: ContainerState::Exited,
            details: Some(ContainerDetails { exit_code: 1, finished_at: Some(now), ..fixtures::details() }),
            ..fixtures::replica("mcp", "migrate", 1)
        };
        let api = fixtures::replica("mcp", "api", 1);
        let waiting = Container {
            state: ContainerState::Created,
            health: None,
            compose: Some(ComposeLabels {
                depends_on: vec!["migrate:service_completed_successfully:false".to_owned()],
                ..fixtures::labels("mcp", "api", 1)
            }),
            details: Some(ContainerDetails { started_at: None, ..fixtures::details() }),
            ..api
        };
        let found = findings(&Facts { containers: vec![&migrate, &waiting], now, ..Facts::default() });
        let told: Vec<_> = found.iter().map(|finding| (finding.severity, &*finding.title)).collect();
        assert_eq!(told, [(Severity::Critical, "migrate-1 is down: exit code 1")]);
        assert_eq!(found[0].explains.len(), 1, "{found:?}");
    }
}
