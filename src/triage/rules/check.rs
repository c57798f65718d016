//! A health check of ours fails.

use crate::domain::{Verdict, units};
use crate::triage::{About, Facts, Finding, Severity, waiting};

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
            findings.push(not_started(&object, about, service, &awaited));
            continue;
        }
        let title = format!("{service}: the check {} {words}", check.label);
        let mut finding = Finding::new("check", &object, severity, title, about).seen(&check.message);
        if let Some(since) = check.since {
            let ago = units::duration(units::since(since, facts.now));
            finding = finding.seen(format!("for {ago}"));
        }
        findings.push(finding.advise("read the service's last log lines"));
    }
}

/// No check can tell anything of a service that was created and no more, and its log is empty.
fn not_started(object: &str, about: About, service: &str, awaited: &[String]) -> Finding {
    let finding = |title: String| {
        Finding::new("check", object, Severity::Warning, title, about)
            .seen("its container was created and has not been started")
    };
    if awaited.is_empty() {
        return finding(format!("{service} has not been started"))
            .advise("start it, or deploy the stack again");
    }
    let awaited = awaited.join(", ");
    finding(format!("{service} waits for {awaited}"))
        .advise(format!("mend {awaited}, then deploy the stack again"))
}
