//! A stack whose last good backup is older than its schedule allows, and why there is no newer one.

use crate::domain::stack::BackupStanding;
use crate::domain::task::TaskRequest;
use crate::domain::{Operation, StackRef, TaskRecord, TaskState, TaskTarget, units};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use jiff::Timestamp;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for standing in &facts.backups {
        if standing.is_overdue(facts.now) {
            findings.push(missing(standing, facts));
        }
        findings.extend(standing.wrong.as_ref().map(|wrong| unscheduled(standing, wrong)));
    }
}

/// Whether it is told that the stack lacks a backup, and with it why the last attempt failed.
pub(super) fn is_missing(facts: &Facts<'_>, project: &str) -> bool {
    facts.backups.iter().any(|standing| standing.project == project && standing.is_overdue(facts.now))
}

fn missing(standing: &BackupStanding, facts: &Facts<'_>) -> Finding {
    let project = &standing.project;
    let title = match standing.last_good {
        Some(last) => {
            let age = units::duration(units::since(last, facts.now));
            format!("{project} has had no good backup for {age}")
        }
        None if standing.bad.is_some() => format!("{project} has no good backup"),
        None => format!("{project} was never backed up"),
    };
    let asked = format!("its schedule, {}, has asked for one", standing.schedule);
    let mut finding = Finding::new("backup", project, Severity::Warning, title, about(project))
        .seen(Origin::File, standing.due, asked)
        .began(standing.due);
    if let Some(bad) = &standing.bad {
        finding = finding.seen(Origin::Check, bad.at, format!("the newest one was found bad: {}", bad.what));
    }
    let attempt = last_attempt(standing, facts);
    finding = match attempt {
        Some(record) => finding.seen(Origin::Task, record.ended(), in_words(record)),
        None => finding.seen(Origin::Task, None, "nothing is known of any attempt since"),
    };
    let request = || {
        let containers = facts.containers.iter().copied();
        let stack = StackRef::labelled_as(project, containers).unwrap_or_else(|| StackRef::named(project));
        TaskRequest { operation: Operation::Backup, target: TaskTarget::Stack(stack) }
    };
    let hint = attempt.and_then(|record| record.fault.as_ref()?.hint.as_deref());
    match (attempt.map(|record| record.state), hint) {
        (Some(TaskState::Pending | TaskState::Running), _) => {
            finding.advise("wait for the backup that is under way; its steps stand in the tasks (6)")
        }
        (Some(_), Some(hint)) => finding.fix(format!("{hint}; then back it up (b)"), request()),
        (Some(_), None) => finding.fix("back it up (b)", request()),
        (None, _) => finding.fix(
            format!(
                "back it up (b), and see that something keeps its schedule: `mcp-tui serve`, or `mcp-tui -s {project} \
                 schedule install`; `x-mcp.backup.schedule: off` where none is wanted"
            ),
            request(),
        ),
    }
}

/// Of what was tried after the last good one.
fn last_attempt<'facts>(standing: &BackupStanding, facts: &Facts<'facts>) -> Option<&'facts TaskRecord> {
    let of_stack = |record: &&TaskRecord| {
        matches!(record.spec.operation, Operation::Backup) && record.spec.target.name() == standing.project
    };
    let last = facts.tasks.iter().copied().find(of_stack)?;
    let is_later = |good: Timestamp| last.spec.requested_at > good;
    standing.last_good.is_none_or(is_later).then_some(last)
}

fn in_words(record: &TaskRecord) -> String {
    let cause = record.fault.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default();
    match record.state {
        TaskState::Pending | TaskState::Running => "one is being taken".to_owned(),
        TaskState::Completed => {
            "the last one that was taken is no longer there, or no longer good".to_owned()
        }
        TaskState::Failed => format!("the last attempt failed{cause}"),
        TaskState::Cancelled => "the last attempt was cancelled".to_owned(),
        TaskState::Interrupted => format!("the last attempt was interrupted, its worker is gone{cause}"),
    }
}

fn unscheduled(standing: &BackupStanding, wrong: &str) -> Finding {
    let project = &standing.project;
    let title = format!("{project} is not backed up by itself: its schedule cannot be read");
    Finding::new("backup-schedule", project, Severity::Warning, title, about(project))
        .seen(Origin::File, None, format!("x-mcp.backup.schedule: {}: {wrong}", standing.schedule))
        .advise("correct `x-mcp.backup.schedule`; it is read again when the file changes")
}

fn about(project: &str) -> About {
    About { stack: Some(project.to_owned()), ..About::default() }
}
