//! A health check of ours fails.

use crate::domain::check::gist;
use crate::domain::{CheckReport, Container, ContainerState, Verdict, units};
use crate::triage::{About, Facts, Finding, Origin, Severity, failing, waiting};
use jiff::Timestamp;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for check in &facts.checks {
        let (severity, words) = match check.verdict {
            Verdict::Down => (Severity::Critical, "fails"),
            Verdict::Degraded => (Severity::Warning, "is slow or only partly answered"),
            Verdict::Unknown | Verdict::Starting | Verdict::Up => continue,
        };
        let about = About {
            stack: Some(check.id.stack.clone()),
            service: Some(check.id.service.clone()),
            container: None,
        };
        let object = format!("{}/{}/{}", check.id.stack, check.id.service, check.id.name);
        let service = &check.id.service;
        if let Some(awaited) = waiting::of(facts, &check.id.stack, service) {
            // What it waits for another rule tells.
            if awaited.is_empty() && !waiting::is_new(facts, &check.id.stack, service) {
                findings.push(not_started(&object, about, service));
            }
            continue;
        }
        let title = format!("{service}: the check {} {words}", check.label);
        let mut finding = Finding::new("check", &object, severity, title, about)
            .seen(Origin::Check, check.last_run, gist(&check.message))
            .symptom();
        if let Some((since, least)) = since(check, facts) {
            let ago = units::duration(units::since(since, facts.now));
            finding = finding.seen(Origin::Check, since, format!("for {least}{ago}"));
        }
        let mut running =
            facts.of_service(&check.id.stack, service).filter(|container| container.state.serves());
        if !check.is_dockers()
            && running
                .any(|container| container.health.is_some_and(|health| check.verdict.disagrees_with(health)))
        {
            finding = finding.seen(
                Origin::Inspect,
                None,
                "Docker's own health check passes: one of the two asks for the wrong thing",
            );
        }
        findings.push(finding.advise("read the service's last log lines"));
    }
}

/// Since when, and whether that is only since when it is known: who has never seen it otherwise may have come late.
/// Of its own check Docker knows more.
fn since(check: &CheckReport, facts: &Facts<'_>) -> Option<(Timestamp, &'static str)> {
    let replicas = || facts.of_service(&check.id.stack, &check.id.service);
    let dockers = check.is_dockers().then(|| replicas().filter_map(failing::since).min()).flatten();
    let ended = || {
        let end = |container: &Container| container.details.as_ref()?.finished_at;
        replicas()
            .all(|container| container.state == ContainerState::Exited)
            .then(|| replicas().filter_map(end).max())?
    };
    if let Some(since) = dockers.or_else(ended) {
        return Some((since, ""));
    }
    let alone = !check.history.is_empty() && check.history.iter().all(|result| *result == check.verdict);
    Some((check.since?, if alone { "at least " } else { "" }))
}

/// No check can tell anything of a service that was created and no more, and its log is empty.
fn not_started(object: &str, about: About, service: &str) -> Finding {
    Finding::new("check", object, Severity::Warning, format!("{service} has not been started"), about)
        .seen(Origin::Inspect, None, "its container was created and has not been started")
        .symptom()
        .advise("start it, or deploy the stack again")
}
