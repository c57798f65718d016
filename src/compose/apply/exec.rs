//! Runs a command in a container as a step: what it writes becomes the task's output.

use super::steps::Run;
use super::transfer::unless_cancelled;
use crate::compose::command;
use crate::domain::{ContainerId, Fault, FaultKind, Safe, TaskEvent, secret};
use crate::engine::ExecRequest;

pub(super) async fn run(
    run: &Run<'_>,
    id: &ContainerId,
    name: &str,
    request: ExecRequest,
    key: &str,
) -> Result<(), Fault> {
    let work = command::run(run.engine, (id, name), request, Some(key));
    // One that never ends would keep the stack for ever.
    let lines = match unless_cancelled(run, command::OPERATION, name, work).await {
        Err(fault) if fault.kind == FaultKind::Cancelled => {
            return Err(fault.because("the command may still run in the container"));
        }
        result => result?,
    };
    for line in lines {
        let line = Safe::new(secret::mask_text(&line));
        (run.tell)(TaskEvent::Output { text: format!("{name}: {line}") });
    }
    Ok(())
}
