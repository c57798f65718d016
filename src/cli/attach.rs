//! Follows a task and prints its steps as they go. Ending the follower ends nothing but the follower.

mod printer;

use super::interrupts::Interrupts;
use super::output::Output;
use crate::domain::task::JournalLine;
use crate::domain::{Fault, FaultKind, PlannedStep, StepVerb, TaskId, TaskState};
use crate::task::{Follower, Store};
use printer::Printer;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Follows to the end; the fault that the task ended with is the follower's own.
pub async fn attach(store: &Store, id: &TaskId, output: Output) -> Result<u8, Fault> {
    let mut follower = store.follow(id)?;
    to_the_end(&mut follower, output).await?;
    ending(&follower)
}

/// The same without a word but the fault.
pub async fn attach_quietly(store: &Store, id: &TaskId) -> Result<u8, Fault> {
    let mut follower = store.follow(id)?;
    follow(&mut follower, |_| Ok(())).await?;
    ending(&follower)
}

/// Prints what is new until the task is over.
pub async fn to_the_end(follower: &mut Follower, output: Output) -> Result<(), Fault> {
    let mut printer = Printer::new(follower.record().spec.id.clone(), output);
    follow(follower, |line| printer.print(line)).await
}

async fn follow(
    follower: &mut Follower,
    mut show: impl FnMut(&JournalLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let id = follower.record().spec.id.clone();
    let mut interrupts = Interrupts::new()?;
    loop {
        for line in follower.poll()? {
            show(&line)?;
        }
        if follower.record().state.is_over() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = interrupts.next() => {
                return Err(Fault::new(FaultKind::Cancelled, "follow", &id.0)
                    .because("the task goes on without this command")
                    .hint(format!(
                        "`mcp-tui tasks attach {0}` follows it again, `mcp-tui tasks cancel {0}` ends it",
                        id.0
                    )));
            }
        }
    }
}

fn ending(follower: &Follower) -> Result<u8, Fault> {
    let record = follower.record();
    match (&record.fault, record.state) {
        (_, TaskState::Completed) => Ok(0),
        (Some(fault), _) => Err(fault.clone()),
        (None, state) => {
            let kind = if state == TaskState::Cancelled { FaultKind::Cancelled } else { FaultKind::Internal };
            Err(Fault::new(kind, record.spec.operation.verb(), record.spec.target.name()))
        }
    }
}

/// What may take longer than a moment is announced before it is done.
fn takes_time(verb: StepVerb) -> bool {
    match verb {
        StepVerb::Pull
        | StepVerb::Build
        | StepVerb::Push
        | StepVerb::RecreateContainer
        | StepVerb::StopContainer
        | StepVerb::RestartContainer
        | StepVerb::Await
        | StepVerb::Exec
        | StepVerb::Drain
        | StepVerb::Dump
        | StepVerb::Check
        | StepVerb::Export
        | StepVerb::CopyOffsite
        | StepVerb::FetchOffsite
        | StepVerb::Stage => true,
        StepVerb::CreateNetwork
        | StepVerb::CreateVolume
        | StepVerb::CreateContainer
        | StepVerb::StartContainer
        | StepVerb::KillContainer
        | StepVerb::PauseContainer
        | StepVerb::UnpauseContainer
        | StepVerb::RenameContainer
        | StepVerb::RemoveContainer
        | StepVerb::RemoveNetwork
        | StepVerb::RemoveVolume
        | StepVerb::RemoveImage
        | StepVerb::RemoveBackup
        | StepVerb::PinBackup
        | StepVerb::UnpinBackup
        | StepVerb::CreateRoles
        | StepVerb::Switch
        | StepVerb::Steer
        | StepVerb::TagImage
        | StepVerb::Keep => false,
    }
}

/// `recreate mlflow-postgres-1 (configuration changed)`
pub fn words(step: &PlannedStep) -> String {
    let reason = if step.reason.is_empty() { String::new() } else { format!(" ({})", step.reason) };
    format!("{} {}{reason}", step.verb.words(), step.object)
}
