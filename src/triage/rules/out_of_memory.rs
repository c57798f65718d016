//! The kernel killed it, or one of its processes, at its memory limit.

use super::crash_loop::came_back;
use crate::domain::container::ContainerDetails;
use crate::domain::{Container, ContainerState, units};
use crate::triage::{Facts, Finding, Origin, Severity};
use jiff::Timestamp;
use std::time::Duration;

/// Docker waits for at most a minute before it starts something again.
const LONGEST_PAUSE: Duration = Duration::from_secs(90);
const RECENT: Duration = Duration::from_mins(5);
const KILLED: i64 = 137;

pub(super) const ADVICE: &str =
    "raise its memory limit (`deploy.resources.limits.memory`), or make it need less";

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let Some(details) = container.details.as_ref().filter(|details| details.oom_killed) else { continue };
        // What was restarted for it, once or over and over, is one finding, which says both.
        if container.was_stopped() || facts.is_looping(container) || came_back(container, facts.now) {
            continue;
        }
        let tag = container.tag();
        let finding = if let Some((end, started)) = started_again(details, container.state) {
            // The mark stands for as long as this run lasts, and that may be for months.
            if units::since(end, facts.now) > RECENT {
                continue;
            }
            let title = format!("{tag} was killed for lack of memory and started again");
            let times = details.restart_count;
            Finding::on("out-of-memory", container, Severity::Warning, title)
                .seen(Origin::Inspect, end, "OOMKilled: its main process was killed")
                .seen(
                    Origin::Inspect,
                    started,
                    format!("started again by its restart policy, {times} times in all"),
                )
        } else if container.state == ContainerState::Running {
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

/// When its main process was killed and the next one began, where that is why the mark stands on a container that runs:
/// its restart policy answers within a minute or so.
fn started_again(details: &ContainerDetails, state: ContainerState) -> Option<(Timestamp, Timestamp)> {
    let (end, started) = details.finished_at.zip(details.started_at)?;
    let again = state == ContainerState::Running && details.restart_count > 0 && end <= started;
    let killed = details.last_end.is_none_or(|end| end.oom_killed || end.exit_code == KILLED);
    (again && killed && units::since(end, started) <= LONGEST_PAUSE).then_some((end, started))
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
