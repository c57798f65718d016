//! Ended by its own fault: a violation of memory, an abort, a bus error.

use crate::domain::{ContainerState, Operation};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity, exit_code};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        if !matches!(container.state, ContainerState::Exited | ContainerState::Restarting)
            || container.was_stopped()
        {
            continue;
        }
        let (what, advice) = match exit_code::of(container) {
            Some(139) => ("a segmentation fault", "a defect of the program or of a library of its image"),
            Some(134) => ("an abort", "the program ended itself; its last lines say why"),
            Some(135) => {
                ("a bus error", "often too little shared memory: `shm_size`, or a file that was cut")
            }
            Some(_) | None => continue,
        };
        let ended = container.details.as_ref().and_then(|details| details.finished_at);
        let title = format!("{} crashed: {what}", container.tag());
        let mut finding = Finding::on("signal", container, Severity::Critical, title).seen(
            Origin::Inspect,
            ended,
            exit_code::of(container).map(exit_code::words).unwrap_or_default(),
        );
        if let Some((time, line)) = facts.first_error(container) {
            finding = finding.seen(Origin::Log, time, line);
        }
        findings.push(finding.fix(
            format!("start it again; {advice}"),
            request(container, |services| Operation::Start { services }),
        ));
    }
}
