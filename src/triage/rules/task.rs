//! What was asked for was not done, and nothing has been done to the stack since.

use super::{backup, offsite, task_cause};
use crate::domain::task::BundleOperation;
use crate::domain::{FaultKind, Operation, TaskRecord, TaskState, TaskTarget, units};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// What failed longer ago was seen, or mattered to nobody.
const RECENT: Duration = Duration::from_hours(24);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let standing = standing(&facts.tasks, facts.now).into_iter();
    // That a backup failed is why one is missing, and is told with that; and so it is of a copy.
    let told = |record: &&TaskRecord| match &record.spec.operation {
        Operation::Backup => backup::is_missing(facts, record.spec.target.name()),
        Operation::Bundle(BundleOperation::Push { .. }) => {
            offsite::is_lacking(facts, record.spec.target.name())
        }
        _ => false,
    };
    findings
        .extend(standing.filter(|record| !told(record)).map(|record| failed(record, ended(record), facts)));
}

/// The port that a task could not publish, of each that failed and that none has mended since.
pub(in crate::triage) fn unpublished_ports(newest_first: &[&TaskRecord], now: Timestamp) -> Vec<u16> {
    standing(newest_first, now).into_iter().filter_map(task_cause::port_of).collect()
}

/// Those that did not end well and after which nothing was done.
fn standing<'t>(newest_first: &[&'t TaskRecord], now: Timestamp) -> Vec<&'t TaskRecord> {
    // The newest first, so that the first one to tell of a stack has the last word. What else was done with a stack tells
    // nothing of whether it can be backed up.
    let (mut told, mut standing) = (BTreeSet::new(), Vec::new());
    for record in newest_first {
        let of = (record.spec.target.name(), is_backup(record));
        match record.state {
            TaskState::Completed => {
                told.insert(of);
            }
            // It was refused before anything was done, and whoever asked for it was told.
            TaskState::Failed if was_refused(record) => {}
            TaskState::Failed | TaskState::Interrupted => {
                if told.insert(of) && units::since(ended(record), now) < RECENT {
                    standing.push(*record);
                }
            }
            // These say nothing of whether it can be done.
            TaskState::Pending | TaskState::Running | TaskState::Cancelled => {}
        }
    }
    standing
}

fn is_backup(record: &TaskRecord) -> bool {
    matches!(record.spec.operation, Operation::Backup)
}

/// A deploy that was wanted is missed until there is one, and so is a backup; what was asked of backups is not.
fn was_refused(record: &TaskRecord) -> bool {
    let of_request = matches!(
        record.fault.as_ref().map(|fault| fault.kind),
        Some(FaultKind::Invalid | FaultKind::NotFound | FaultKind::Locked)
    );
    let of_backups = matches!(
        record.spec.operation,
        Operation::Restore(_) | Operation::RestoreAccept | Operation::RestoreUndo | Operation::Bundle(_)
    );
    record.plan.is_none() && of_request && of_backups
}

fn failed(record: &TaskRecord, ended: Timestamp, facts: &Facts<'_>) -> Finding {
    let name = record.spec.target.name();
    let what = if record.state == TaskState::Interrupted { "was interrupted" } else { "failed" };
    let verb = record.spec.operation.verb();
    let about = match &record.spec.target {
        TaskTarget::Stack(stack) => About { stack: Some(stack.project.clone()), ..About::default() },
        TaskTarget::Container { id, .. } => About { container: Some(id.clone()), ..About::default() },
    };
    let ago = units::duration(units::since(ended, facts.now));
    let (rule, later) = if is_backup(record) { ("task-backup", "backup") } else { ("task", "task") };
    let standing = format!("{ago} ago; no later {later} of {name} was done");
    if let Some(finding) = task_cause::of(record, &about, facts) {
        return finding.symptom().seen(Origin::Task, ended, standing);
    }
    let is_restore = matches!(
        record.spec.operation,
        Operation::Restore(_) | Operation::RestoreAccept | Operation::RestoreUndo
    );
    // Of a restore that nobody ends the services that it stopped stay away, and what they lack are its consequences.
    let mut finding = match record.state {
        TaskState::Interrupted if is_restore => {
            Finding::new(rule, name, Severity::Critical, format!("{verb} of {name} {what}"), about)
        }
        _ => Finding::new(rule, name, Severity::Warning, format!("{verb} of {name} {what}"), about).symptom(),
    };
    if let Some(fault) = &record.fault {
        finding = finding.seen(Origin::Task, ended, fault.to_string());
    }
    finding = finding.seen(Origin::Task, ended, standing);
    let hint = record.fault.as_ref().and_then(|fault| fault.hint.as_deref());
    if record.state == TaskState::Interrupted {
        let id = &record.spec.id.0;
        return finding.advise(format!("resume it: in the tasks (6), c; or `mcp-tui tasks resume {id}`"));
    }
    finding.advise(match (hint, &record.spec.operation) {
        (Some(hint), _) => hint,
        (None, Operation::Backup) => "read its steps in the tasks (6) and back up again",
        (None, Operation::Restore(_) | Operation::RestoreAccept | Operation::RestoreUndo) => {
            "read its steps in the tasks (6) and give the command again, which first brings what was begun to an end"
        }
        (None, _) => {
            "read its steps in the tasks (6) and give the command again; it continues from what is there"
        }
    })
}

fn ended(record: &TaskRecord) -> Timestamp {
    record.finished.or(record.started).unwrap_or(record.spec.requested_at)
}
