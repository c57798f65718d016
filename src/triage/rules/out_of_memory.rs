//! The kernel killed it, or one of its processes, at its memory limit.

use super::crash_loop;
use crate::domain::{ContainerState, units};
use crate::triage::{Facts, Finding, Severity};

pub(super) const ADVICE: &str =
    "raise its memory limit (`deploy.resources.limits.memory`), or make it need less";

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let Some(details) = container.details.as_ref().filter(|details| details.oom_killed) else { continue };
        // What is restarted for it over and over is one finding, which says both.
        if container.was_stopped() || crash_loop::is_looping(container, facts.now) {
            continue;
        }
        let tag = container.tag();
        let finding = if container.state == ContainerState::Running {
            // The mark stands on a running container when a child died and the main process did not.
            let title = format!("a process of {tag} was killed for lack of memory");
            Finding::on("out-of-memory", container, Severity::Warning, title)
                .seen("Docker marks it OOMKilled while its main process runs on")
        } else {
            let title = format!("{tag} was killed for lack of memory");
            let finding = Finding::on("out-of-memory", container, Severity::Critical, title)
                .seen(format!("OOMKilled, exit code {}", details.exit_code));
            match details.finished_at {
                Some(end) => finding.seen(format!("{} ago", units::duration(units::since(end, facts.now)))),
                None => finding,
            }
        };
        findings.push(finding.advise(ADVICE));
    }
}
