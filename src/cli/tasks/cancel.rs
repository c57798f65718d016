//! `tasks cancel`.

use crate::cli::attach::to_the_end;
use crate::cli::output::{Output, Tone};
use crate::domain::{Fault, FaultKind, TaskId, TaskState};
use crate::task::Store;

/// What the task did before is not told again; what it still does is.
pub(super) async fn run(store: &Store, id: &TaskId, output: Output) -> Result<(), Fault> {
    let mut follower = store.follow(id)?;
    follower.catch_up()?;
    store.cancel(id)?;
    if !output.json {
        output.toned(&[
            (Tone::Dim, "task "),
            (Tone::Dim, &id.0),
            (Tone::Dim, " ends after the step it is at"),
        ])?;
    }
    to_the_end(&mut follower, output).await?;
    let record = follower.record();
    if record.state != TaskState::Cancelled {
        return Err(Fault::new(FaultKind::Conflict, "cancel task", &id.0)
            .because(format!("it ended by itself first: {}", record.state.word()))
            .hint(format!("`mcp-tui tasks show {}` tells what it did", id.0)));
    }
    if output.json {
        return Ok(());
    }
    let (done, all) = (record.done(), record.steps.len());
    output.toned(&[(Tone::Warning, "cancelled"), (Tone::Plain, &format!(" after {done} of {all} steps"))])?;
    for step in record.left() {
        output.toned(&[(Tone::Dim, "  left undone: "), (Tone::Plain, &step)])?;
    }
    output.toned(&[(Tone::Dim, "hint: "), (Tone::Plain, &record.offer())])
}
