//! What was asked for was not done, and nothing has been done to the stack since.

use crate::domain::{Operation, TaskRecord, TaskState, TaskTarget, units};
use crate::triage::{About, Facts, Finding, Severity};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// What failed longer ago was seen, or mattered to nobody.
const RECENT: Duration = Duration::from_hours(24);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    // The newest first, so that the first one to tell of a stack has the last word.
    let mut told = BTreeSet::new();
    for record in &facts.tasks {
        let name = record.spec.target.name();
        match record.state {
            TaskState::Completed => {
                told.insert(name);
            }
            TaskState::Failed | TaskState::Interrupted => {
                let ended = ended(record);
                if told.insert(name) && units::since(ended, facts.now) < RECENT {
                    findings.push(failed(record, ended, facts.now));
                }
            }
            // These say nothing of whether it can be done.
            TaskState::Pending | TaskState::Running | TaskState::Cancelled => {}
        }
    }
}

fn failed(record: &TaskRecord, ended: Timestamp, now: Timestamp) -> Finding {
    let name = record.spec.target.name();
    let what = if record.state == TaskState::Interrupted { "was interrupted" } else { "failed" };
    let verb = record.spec.operation.verb();
    let about = match &record.spec.target {
        TaskTarget::Stack(stack) => About { stack: Some(stack.project.clone()), ..About::default() },
        TaskTarget::Container { id, .. } => About { container: Some(id.clone()), ..About::default() },
    };
    let mut finding =
        Finding::new("task", name, Severity::Warning, format!("{verb} of {name} {what}"), about);
    if let Some(fault) = &record.fault {
        finding = finding.seen(fault.to_string());
    }
    let ago = units::duration(units::since(ended, now));
    finding = finding.seen(format!("{ago} ago; no later task of {name} was done"));
    let hint = record.fault.as_ref().and_then(|fault| fault.hint.as_deref());
    finding.advise(match (hint, &record.spec.operation) {
        (Some(hint), _) => hint,
        (None, Operation::Backup) => "read its steps in the tasks (6) and back up again",
        (None, _) => {
            "read its steps in the tasks (6) and give the command again; it continues from what is there"
        }
    })
}

fn ended(record: &TaskRecord) -> Timestamp {
    record.finished.or(record.started).unwrap_or(record.spec.requested_at)
}
