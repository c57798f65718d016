//! Nothing failed, and still it does not serve: it is paused, or it was stopped or has ended by itself while others need
//! it, or some of its replicas have.

use crate::domain::{Container, ContainerState, Operation, TaskState, units};
use crate::triage::finding::request;
use crate::triage::{About, Facts, Finding, Origin, Severity, exit_code, needs};
use std::collections::BTreeSet;
use std::time::Duration;

/// Between the stop and the start of a restart there is always a moment.
const MOMENT: Duration = Duration::from_secs(3);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let mut services = BTreeSet::new();
    let away = |state| matches!(state, ContainerState::Paused | ContainerState::Exited);
    for container in facts.containers.iter().filter(|container| away(container.state)) {
        let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) else { continue };
        if services.insert((labels.project.as_str(), labels.service.as_str())) {
            // One that was killed is told already.
            let is_told = |finding: &Finding| {
                let killed = finding.id.replacen("away/", "killed/", 1);
                findings.iter().any(|other| other.id == killed)
            };
            let found = of_service(facts, &labels.project, &labels.service);
            let found = found.filter(|finding| !is_told(finding));
            findings.extend(found);
        }
    }
}

fn of_service(facts: &Facts<'_>, stack: &str, service: &str) -> Option<Finding> {
    if is_being_changed(facts, stack) {
        return None;
    }
    let all: Vec<&Container> = facts.of_service(stack, service).collect();
    let running = all.iter().filter(|container| container.state == ContainerState::Running).count();
    let needing = || -> Vec<String> {
        needs::running(facts, stack, service).into_iter().filter(|other| other != service).collect()
    };
    if let Some(paused) = all.iter().find(|container| container.state == ContainerState::Paused) {
        let (whole, needing) = (running == 0, needing());
        let severity = if whole && !needing.is_empty() { Severity::Critical } else { Severity::Warning };
        let who = if all.len() == 1 { service.to_owned() } else { paused.tag() };
        let finding = about(facts, paused, severity, format!("{who} is paused"), &needing);
        let unpause = request(paused, |services| Operation::Unpause { services });
        return Some(finding.fix("let it go on", unpause));
    }
    let quiet = all.iter().filter(|container| has_ended_quietly(container, facts));
    let ended = quiet.max_by_key(|container| end(container))?;
    let start = request(ended, |services| Operation::Start { services });
    if running > 0 {
        let title = format!("{service}: {running} of {} replicas run", all.len());
        return Some(about(facts, ended, Severity::Warning, title, &[]).fix("start it", start));
    }
    let needing = needing();
    let is_job = facts.containers.iter().any(|other| awaits_its_end(other, stack, service));
    if is_job || needing.is_empty() || all.iter().any(|container| !has_ended_quietly(container, facts)) {
        return None;
    }
    // Who stopped it may know why; that is worse only where others fail for it.
    let (what, severity) = if ended.was_stopped() {
        ("is stopped", Severity::Warning)
    } else {
        ("has ended", Severity::Critical)
    };
    let (names, need) = (needing.join(", "), if needing.len() == 1 { "needs" } else { "need" });
    let title = format!("{service} {what}, and {names} {need} it");
    Some(about(facts, ended, severity, title, &[]).fix("start it", start))
}

/// Whoever changes it knows, and tells of it.
fn is_being_changed(facts: &Facts<'_>, stack: &str) -> bool {
    facts.tasks.iter().any(|record| {
        matches!(record.state, TaskState::Pending | TaskState::Running) && record.spec.target.name() == stack
    })
}

/// Stopped, or without an error; ends with one are told by other rules.
fn has_ended_quietly(container: &Container, facts: &Facts<'_>) -> bool {
    container.state == ContainerState::Exited
        && (container.was_stopped() || exit_code::of(container) == Some(0))
        && end(container).is_none_or(|end| units::since(end, facts.now) >= MOMENT)
}

fn end(container: &Container) -> Option<jiff::Timestamp> {
    container.details.as_ref()?.finished_at
}

fn awaits_its_end(container: &Container, stack: &str, service: &str) -> bool {
    let Some(labels) = container.compose.as_ref().filter(|labels| labels.project == stack) else {
        return false;
    };
    let awaits = |entry: &String| {
        let mut parts = entry.split(':');
        parts.next() == Some(service) && parts.next() == Some("service_completed_successfully")
    };
    labels.depends_on.iter().any(awaits)
}

fn about(
    facts: &Facts<'_>,
    container: &Container,
    severity: Severity,
    title: String,
    needing: &[String],
) -> Finding {
    let finding = Finding::new("away", &container.id.0, severity, title, About::container(container));
    let ended = end(container).filter(|_| container.state == ContainerState::Exited);
    let finding = match ended {
        Some(end) => {
            let ago = units::duration(units::since(end, facts.now));
            let how = match exit_code::of(container) {
                _ if container.was_stopped() => "was stopped on request".to_owned(),
                Some(code) => format!("ended by itself with exit code {code}"),
                None => "ended".to_owned(),
            };
            finding.seen(Origin::Inspect, end, format!("{} {how} {ago} ago", container.tag()))
        }
        None => finding.seen(Origin::Inspect, None, &container.status),
    };
    match needing {
        [] => finding,
        names => finding.seen(Origin::Inspect, None, format!("needed by {}", names.join(", "))),
    }
}
