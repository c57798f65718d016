//! The kernel killed it, or one of its processes, at its memory limit.

use crate::domain::{Container, ContainerState, units};
use crate::triage::{Facts, Finding, Origin, Severity};

pub(super) const ADVICE: &str =
    "raise its memory limit (`deploy.resources.limits.memory`), or make it need less";

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let Some(details) = container.details.as_ref().filter(|details| details.oom_killed) else { continue };
        // What is restarted for it over and over is one finding, which says both.
        if container.was_stopped() || facts.is_looping(container) {
            continue;
        }
        let tag = container.tag();
        let finding = if container.state == ContainerState::Running {
            // The mark stands on a running container when a child died and the main process did not.
            let title = format!("a process of {tag} was killed for lack of memory");
            Finding::on("out-of-memory", container, Severity::Warning, title).seen(
                Origin::Inspect,
                None,
                "Docker marks it OOMKilled while its main process runs on",
            )
        } else {
            let title = format!("{tag} was killed for lack of memory");
            let finding = Finding::on("out-of-memory", container, Severity::Critical, title).seen(
                Origin::Inspect,
                details.finished_at,
                format!("OOMKilled, exit code {}", details.exit_code),
            );
            match details.finished_at {
                Some(end) => finding.seen(
                    Origin::Inspect,
                    end,
                    format!("{} ago", units::duration(units::since(end, facts.now))),
                ),
                None => finding,
            }
        };
        let finding = match memory(facts, container) {
            Some(words) => finding.seen(Origin::Cgroup, None, words),
            None => finding,
        };
        findings.push(finding.advise(ADVICE));
    }
}

/// `limit 64M, at most 64M in use, 3 processes killed`
fn memory(facts: &Facts<'_>, container: &Container) -> Option<String> {
    let figures = facts.figures.get(&container.id);
    let inspected = container.details.as_ref().and_then(|details| details.memory_limit_bytes);
    let limit = figures.and_then(|figures| figures.memory_limit_bytes).or(inspected);
    let limit = limit.map(|bytes| format!("limit {}", units::bytes(bytes)));
    let peak = figures.and_then(|figures| figures.memory_peak_bytes);
    let peak = peak.map(|bytes| format!("at most {} in use", units::bytes(bytes)));
    let killed = figures.and_then(|figures| figures.oom_kills).filter(|kills| *kills > 0);
    let killed = killed.map(|kills| format!("{kills} processes killed"));
    let told: Vec<String> = [limit, peak, killed].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(", "))
}
