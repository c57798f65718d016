//! What was done about a finding, and did not help.

use super::evidence::{Evidence, Origin};
use super::{Facts, Finding, Fix};
use crate::domain::{Operation, Safe, TaskRecord, TaskState, TaskTarget, units};
use jiff::Timestamp;
use std::time::Duration;

/// What was done longer ago is forgotten, and what was wrong since may have another cause.
const RECENT: Duration = Duration::from_hours(1);
/// What was just done may take as long to help.
const PATIENCE: Duration = Duration::from_secs(10);

/// From when to when findings of one rule about one service stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood<'facts> {
    pub id: &'facts str,
    pub stack: &'facts str,
    pub service: &'facts str,
    pub begin: Timestamp,
    pub end: Option<Timestamp>,
}

/// Says of each finding which task should have mended it.
pub(super) fn note(facts: &Facts<'_>, findings: &mut [Finding]) {
    for finding in findings {
        let tried =
            facts.tasks.iter().find_map(|record| Some((words(record)?, mended(facts, finding, record)?)));
        let Some((words, time)) = tried else { continue };
        let text = Safe::new(format!("{words} by a task of mcp-tui, and it is still so"));
        finding.evidence.push(Evidence { origin: Origin::Task, time: Some(time), text });
        if let Some(Fix { label, request: Some(_) }) = &mut finding.fix {
            *label = Safe::new(format!(
                "{label}, though the last time that did not help: read its last log lines first"
            ));
        }
    }
}

/// When the task was over, if it was done while the finding stood and has not mended it.
fn mended(facts: &Facts<'_>, finding: &Finding, record: &TaskRecord) -> Option<Timestamp> {
    let (stack, service) = (finding.about.stack.as_deref()?, finding.about.service.as_deref()?);
    let finished = record.finished.filter(|_| record.state == TaskState::Completed)?;
    let of_stack = match &record.spec.target {
        TaskTarget::Stack(of) => of.project == stack,
        TaskTarget::Container { id, .. } => finding.about.container.as_ref() == Some(id),
    };
    let services = record.spec.operation.services();
    let of_service = services.is_empty() || services.iter().any(|of| of == service);
    let age = units::since(finished, facts.now);
    if !of_stack || !of_service || finished > facts.now || age < PATIENCE || age > RECENT {
        return None;
    }
    let asked = record.spec.requested_at;
    let rule = |id: &str| id.split('/').next().map(str::to_owned);
    let stood = facts.stood.iter().any(|stood| {
        (stood.stack, stood.service) == (stack, service)
            && rule(stood.id) == rule(&finding.id)
            && stood.begin <= asked
            && stood.end.is_none_or(|end| end >= asked)
    });
    (stood || finding.began.is_some_and(|began| began <= asked)).then_some(finished)
}

/// What was done, of what is done to mend something.
fn words(record: &TaskRecord) -> Option<&'static str> {
    match &record.spec.operation {
        Operation::Restart { .. } => Some("restarted"),
        Operation::Start { .. } => Some("started"),
        Operation::Up(_) | Operation::Update(_) => Some("deployed"),
        Operation::Rollback { .. } => Some("rolled back"),
        Operation::Restore(_) | Operation::RestoreUndo => Some("restored"),
        Operation::Create(_)
        | Operation::Down(_)
        | Operation::Stop { .. }
        | Operation::Kill { .. }
        | Operation::Pause { .. }
        | Operation::Unpause { .. }
        | Operation::Rm { .. }
        | Operation::Cleanup { .. }
        | Operation::Scale { .. }
        | Operation::Prepare { .. }
        | Operation::Pull(_)
        | Operation::Build(_)
        | Operation::Push(_)
        | Operation::Accept
        | Operation::Backup
        | Operation::Bundle(_)
        | Operation::RestoreAccept => None,
    }
}
