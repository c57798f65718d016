//! What a restore took out of use goes with whatever is done to its stack after its time, under the locks of the stack and
//! of its backups: what is restored from must not go meanwhile.

use super::prepare::prepare_restore;
use super::{AuditEntry, Store};
use crate::backup;
use crate::backup::restore::{self, Decision};
use crate::domain::{Fault, Operation, StackRef, TaskEvent, TaskSpec};
use crate::engine::Engine;
use jiff::Timestamp;

/// After a task that was done. That it cannot be done does not make the task fail: it is said, and tried again with the
/// next one, also where it was cut off in the middle.
pub async fn clean(
    engine: &Engine,
    store: &Store,
    spec: &TaskSpec,
    stack: &StackRef,
    note: &mut dyn FnMut(TaskEvent),
) {
    // Whoever decides, or restores once more, says what is to become of it.
    let decides =
        matches!(spec.operation, Operation::Restore(_) | Operation::RestoreAccept | Operation::RestoreUndo);
    if decides {
        return;
    }
    if let Err(fault) = let_go(engine, store, spec, stack, note).await {
        note(TaskEvent::Output { text: format!("warning: {fault}") });
    }
}

async fn let_go(
    engine: &Engine,
    store: &Store,
    spec: &TaskSpec,
    stack: &StackRef,
    note: &mut dyn FnMut(TaskEvent),
) -> Result<(), Fault> {
    let (root, now) = (backup::root(store.root()), Timestamp::now());
    let Some(pending) = restore::over(&root, &stack.project, now)? else { return Ok(()) };
    if pending.must_be_of(&engine.endpoint().to_string()).is_err() {
        return Ok(());
    }
    let stack = prepare_restore(engine, stack).await?;
    if !pending.is_over_its_time(&root, &stack.containers, now) {
        return Ok(());
    }
    let why = if pending.is_half_gone() { "half of it being gone" } else { "its time being over" };
    // The steps are those of another plan.
    let mut heard = |event: TaskEvent| {
        if matches!(event, TaskEvent::Output { .. }) {
            note(event);
        }
    };
    let gone = stack.settle(engine, &root, Decision::Accept, &mut heard).await.map(drop);
    store.audit().append(&AuditEntry {
        what: Operation::RestoreAccept.verb().to_owned(),
        plan: format!("by itself, {why}: what the restore from {} took out of use", pending.bundle),
        outcome: match &gone {
            Ok(()) => "completed".to_owned(),
            Err(fault) => format!("failed: {fault}"),
        },
        ..AuditEntry::of(spec, None)
    })?;
    gone?;
    note(TaskEvent::Output {
        text: format!("what the restore from {} took out of use is removed, {why}", pending.bundle),
    });
    Ok(())
}
