//! It ended with an error while the rest of its stack runs.

use crate::domain::{Container, ContainerState, Operation, units};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Severity, exit_code};

/// How a process ends that was asked to: by SIGINT or SIGTERM.
const ON_REQUEST: [i64; 2] = [130, 143];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if container.state != ContainerState::Exited
            || container.was_stopped()
            || !has_running_peers(container, facts)
        {
            continue;
        }
        let Some(code) = exit_code::of(container).filter(|code| *code != 0 && !ON_REQUEST.contains(code))
        else {
            continue;
        };
        // A stop that nobody saw and that ran out of its grace ends in 137 as well, so that alone is no alarm.
        let severity = if code == 137 { Severity::Warning } else { Severity::Critical };
        let title = format!("{} is down: {}", container.tag(), exit_code::words(code));
        let mut finding = Finding::on("exited", container, severity, title);
        if let Some(end) = container.details.as_ref().and_then(|details| details.finished_at) {
            let ago = units::duration(units::since(end, facts.now));
            finding = finding.seen(format!("ended {ago} ago, while other containers of its stack run"));
        }
        if code == 137 {
            finding =
                finding.seen("not for lack of memory: killed from outside, or by a stop that took too long");
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
