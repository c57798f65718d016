//! It ended, was started again by its restart policy, and may do so over and over.

use super::out_of_memory;
use crate::domain::container::LastEnd;
use crate::domain::{Container, ContainerState, Health, units};
use crate::triage::{Facts, Finding, Origin, Severity, exit_code};
use jiff::Timestamp;
use std::time::Duration;

/// One that has run for so long since its last restart, or is healthy again, has come back.
const SETTLED: Duration = Duration::from_mins(1);
/// One that came as far as this the last time may well end again; not believed until it has run twice as long, healthy or
/// not, but no longer doubted than this.
const LONGEST_DOUBT: Duration = Duration::from_mins(10);
const MANY: u64 = 3;
/// That it ended at all is told for so long, however well it is now.
const AFTERMATH: Duration = Duration::from_mins(5);
/// Two ends of one loop are not further apart: the longest run that is doubted, and Docker's longest pause.
const APART: Duration = Duration::from_mins(6);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let is_looping = facts.is_looping(container);
        if is_looping || came_back(container, facts.now) {
            findings.push(finding(container, is_looping, facts));
        }
    }
}

/// Says the same while the container is up for a moment as while it waits for its next start.
fn finding(container: &Container, is_looping: bool, facts: &Facts<'_>) -> Finding {
    let details = container.details.as_ref();
    let last = details.and_then(|details| details.last_end);
    let code = exit_code::of(container).or(last.map(|end| end.exit_code)).map(exit_code::words);
    let out_of_memory =
        details.is_some_and(|details| details.oom_killed) || last.is_some_and(|end| end.oom_killed);
    let tag = container.tag();
    let title = match &code {
        _ if out_of_memory && is_looping => format!("{tag} keeps restarting for lack of memory"),
        _ if out_of_memory => format!("{tag} was killed for lack of memory and started again"),
        Some(code) if is_looping => format!("{tag} keeps restarting: {code}"),
        Some(code) => format!("{tag} ended and was started again: {code}"),
        None => format!("{tag} keeps restarting"),
    };
    let serves = !is_looping || container.health == Some(Health::Healthy);
    let severity = if serves { Severity::Warning } else { Severity::Critical };
    let mut finding = Finding::on("crash-loop", container, severity, title).began(began(container, facts));
    if out_of_memory {
        let code = code.map(|code| format!(", {code}")).unwrap_or_default();
        let ended = details.and_then(|details| details.finished_at);
        finding = finding.seen(Origin::Inspect, ended, format!("OOMKilled{code}"));
    }
    if let Some(details) = details.filter(|details| details.restart_count > 0) {
        finding = finding.seen(
            Origin::Inspect,
            None,
            match details.restart_count {
                1 => "started again by its restart policy".to_owned(),
                count => format!("started again {count} times by its restart policy"),
            },
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

/// When the first of the ends was that follow one another closely, as far as they are known.
fn began(container: &Container, facts: &Facts<'_>) -> Option<Timestamp> {
    let details = container.details.as_ref()?;
    let mut began = details.finished_at?;
    let ends = facts.ends.get(&container.id).map(Vec::as_slice).unwrap_or_default();
    let most = usize::try_from(details.restart_count).unwrap_or(usize::MAX).saturating_add(1);
    for end in ends.iter().rev().take(most) {
        if units::since(*end, began) > APART {
            break;
        }
        began = began.min(*end);
    }
    Some(began)
}

/// `last_run` is for how long it ran before, where that was seen.
pub(in crate::triage) fn is_looping(
    container: &Container,
    last_run: Option<Duration>,
    now: Timestamp,
) -> bool {
    container.state == ContainerState::Restarting || came_back_just_now(container, last_run, now)
}

/// It failed not long ago, and runs.
pub(in crate::triage) fn came_back(container: &Container, now: Timestamp) -> bool {
    let Some(details) = &container.details else { return false };
    let failed = |end: LastEnd| !end.on_request && (end.exit_code != 0 || end.oom_killed);
    container.state == ContainerState::Running
        && details.restart_count > 0
        && details.last_end.is_some_and(failed)
        && details.started_at.is_some_and(|started| units::since(started, now) < AFTERMATH)
}

fn came_back_just_now(container: &Container, last_run: Option<Duration>, now: Timestamp) -> bool {
    let Some(details) = &container.details else { return false };
    let doubt = last_run.map_or(Duration::ZERO, |run| (run * 2).min(LONGEST_DOUBT));
    let settled = match container.health {
        Some(Health::Healthy) => doubt,
        Some(Health::Starting | Health::Unhealthy) | None => doubt.max(SETTLED),
    };
    container.state == ContainerState::Running
        && details.restart_count >= MANY
        && details.started_at.is_some_and(|started| units::since(started, now) < settled)
}
