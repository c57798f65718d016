//! A stack whose newest backup should lie off site and does not, since when, and what keeps it from there.

use crate::domain::stack::{BackupStanding, OffsiteLack, OffsiteStanding};
use crate::domain::task::{BundleOperation, TaskRequest};
use crate::domain::{Operation, StackRef, TaskTarget, units};
use crate::triage::{About, Facts, Finding, Origin, Severity};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let lacking_copies = facts.backups.iter().filter(|standing| standing.lacks_copy(facts.now));
    for standing in lacking_copies.filter(|standing| !is_under_way(facts, &standing.project)) {
        if let Some((offsite, lack)) =
            standing.offsite.as_ref().and_then(|copies| copies.lacking.as_ref().map(|lack| (copies, lack)))
        {
            findings.push(lacking(standing, offsite, lack, facts));
        }
    }
}

/// Whether it is told that the newest backup is not off site, and with it why.
pub(super) fn is_lacking(facts: &Facts<'_>, project: &str) -> bool {
    facts.backups.iter().any(|standing| standing.project == project && standing.lacks_copy(facts.now))
        && !is_under_way(facts, project)
}

/// Whether a task runs that may be about to copy it.
fn is_under_way(facts: &Facts<'_>, project: &str) -> bool {
    facts.tasks.iter().any(|record| {
        let copies = matches!(
            record.spec.operation,
            Operation::Backup | Operation::Bundle(BundleOperation::Push { .. })
        );
        copies && !record.state.is_over() && record.spec.target.name() == project
    })
}

fn lacking(
    standing: &BackupStanding,
    offsite: &OffsiteStanding,
    lack: &OffsiteLack,
    facts: &Facts<'_>,
) -> Finding {
    let project = &standing.project;
    let title = match offsite.last {
        Some(last) => {
            let age = units::duration(units::since(last, facts.now));
            format!("{project} has nothing newer off site than a backup of {age} ago")
        }
        None => format!("{project} has no backup off site"),
    };
    let about = About { stack: Some(project.clone()), ..About::default() };
    let asked = format!("its file wants copies in {}", offsite.place);
    let mut finding = Finding::new("offsite", project, Severity::Warning, title, about)
        .seen(Origin::File, lack.created, asked)
        .began(lack.created);
    finding = match &lack.failed {
        Some(failure) => finding.seen(Origin::Task, failure.at, failure.what.clone()),
        None => {
            finding.seen(Origin::Task, None, format!("nobody has tried to copy the newest, {}", lack.name))
        }
    };
    let containers = facts.containers.iter().copied();
    let stack = StackRef::labelled_as(project, containers).unwrap_or_else(|| StackRef::named(project));
    let push = BundleOperation::Push { name: lack.name.clone(), again: false };
    let request = TaskRequest { operation: Operation::Bundle(push), target: TaskTarget::Stack(stack) };
    let command = format!("O in the backups (7), or `mcp-tui -s {project} backup push {}`", lack.name);
    let hint = lack.failed.as_ref().and_then(|failure| failure.hint.as_deref());
    match hint {
        Some(hint) => finding.fix(format!("{hint}; then copy it: {command}"), request),
        None => finding.fix(format!("copy it: {command}"), request),
    }
}
