//! A health check of ours fails.

use crate::domain::{Verdict, units};
use crate::triage::{About, Facts, Finding, Origin, Severity, waiting};

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
            .seen(Origin::Check, check.last_run, &check.message)
            .symptom();
        if let Some(since) = check.since {
            let ago = units::duration(units::since(since, facts.now));
            finding = finding.seen(Origin::Check, since, format!("for {ago}"));
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

/// No check can tell anything of a service that was created and no more, and its log is empty.
fn not_started(object: &str, about: About, service: &str) -> Finding {
    Finding::new("check", object, Severity::Warning, format!("{service} has not been started"), about)
        .seen(Origin::Inspect, None, "its container was created and has not been started")
        .symptom()
        .advise("start it, or deploy the stack again")
}
