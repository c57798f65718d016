//! The daemon does not answer: everything else on the screen is as it was last seen.

use crate::triage::{About, Facts, Finding, Origin, Severity};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(fault) = facts.daemon else { return };
    let mut finding = Finding::new(
        "daemon",
        "docker",
        Severity::Critical,
        "the Docker daemon does not answer",
        About::default(),
    )
    .seen(Origin::Daemon, None, fault.to_string());
    if !facts.containers.is_empty() {
        finding = finding.seen(
            Origin::Daemon,
            None,
            "containers go on running without it; what is shown of them is as it was last seen",
        );
    }
    let advice = fault.hint.clone();
    findings.push(
        finding.advise(advice.unwrap_or_else(|| "look at it with: systemctl status docker".to_owned())),
    );
}
