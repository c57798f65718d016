//! A health check of ours fails.

use crate::domain::{Verdict, units};
use crate::triage::{About, Facts, Finding, Severity};

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
        let title = format!("{}: the check {} {words}", check.id.service, check.label);
        let mut finding = Finding::new("check", &object, severity, title, about).seen(&check.message);
        if let Some(since) = check.since {
            let ago = units::duration(units::since(since, facts.now));
            finding = finding.seen(format!("for {ago}"));
        }
        findings.push(finding.advise("read the service's last log lines"));
    }
}
