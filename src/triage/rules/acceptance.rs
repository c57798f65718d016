//! An update that serves, and whose old containers are kept until somebody accepts it. Nothing is wrong with it; it is
//! only not over, and the room that is kept for the way back is taken from others.

use crate::domain::deploy::Undecided;
use crate::domain::task::TaskRequest;
use crate::domain::{Operation, TaskTarget};
use crate::triage::{About, Facts, Finding, Origin, Severity};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    findings.extend(facts.undecided.iter().map(|undecided| waiting(undecided)));
}

fn waiting(undecided: &Undecided) -> Finding {
    let (project, deploy) = (&undecided.stack.project, undecided.deploy);
    let about = About { stack: Some(project.clone()), ..About::default() };
    let title = format!("deploy {deploy} of {project} waits to be accepted");
    let accept =
        TaskRequest { operation: Operation::Accept, target: TaskTarget::Stack(undecided.stack.clone()) };
    Finding::new("acceptance", project, Severity::Warning, title, about)
        .seen(
            Origin::Task,
            undecided.since,
            "its new containers have served since then; the old ones are kept, stopped, to go back to",
        )
        .began(undecided.since)
        .fix("accept it (A), which removes the old ones; or take them back (Z)", accept)
}
