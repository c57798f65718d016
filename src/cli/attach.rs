//! Follows a task and prints its steps as they go. Ending the follower ends nothing but the follower.

use super::output::{Output, Tone, print_json};
use crate::domain::task::{JournalLine, TaskEvent};
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskId, TaskState};
use crate::task::{Follower, Store};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Follows to the end; the fault that the task ended with is the follower's own.
pub async fn attach(store: &Store, id: &TaskId, output: Output) -> Result<u8, Fault> {
    let mut follower = store.follow(id)?;
    to_the_end(&mut follower, output).await?;
    ending(&follower)
}

/// Prints what is new until the task is over.
pub async fn to_the_end(follower: &mut Follower, output: Output) -> Result<(), Fault> {
    let id = follower.record().spec.id.clone();
    loop {
        for line in follower.poll()? {
            print(follower, &line, output)?;
        }
        if follower.record().state.is_over() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            pressed = tokio::signal::ctrl_c() => {
                pressed.map_err(|error| Fault::io("wait for", "Ctrl-C", &error))?;
                return Err(Fault::new(FaultKind::Cancelled, "follow", &id.0)
                    .because("the task goes on without this command")
                    .hint(format!("`mcp-tui tasks attach {}` follows it again", id.0)));
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

fn print(follower: &Follower, line: &JournalLine, output: Output) -> Result<(), Fault> {
    if output.json {
        return print_json(line);
    }
    let plan = follower.record().plan.as_ref();
    let step = |number: usize| plan.and_then(|plan: &Plan| plan.steps.get(number));
    match &line.event {
        TaskEvent::Started { .. } => {
            output.toned(&[(Tone::Dim, "task "), (Tone::Dim, &follower.record().spec.id.0)])
        }
        TaskEvent::Planned { plan } => {
            for warning in &plan.warnings {
                output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
            }
            if plan.is_empty() { output.line("✓ nothing to do: all is as the file says") } else { Ok(()) }
        }
        TaskEvent::StepStarted { step: number } => match step(*number) {
            Some(step) if takes_time(step.verb) => {
                output.toned(&[(Tone::Dim, "… "), (Tone::Plain, &words(step))])
            }
            Some(_) | None => Ok(()),
        },
        TaskEvent::StepFinished { step: number, fault } => match (step(*number), fault) {
            (Some(step), None) if step.verb == StepVerb::Keep => {
                output.toned(&[(Tone::Dim, "= "), (Tone::Dim, &words(step))])
            }
            (Some(step), None) => output.toned(&[(Tone::Good, "✓ "), (Tone::Plain, &words(step))]),
            (Some(step), Some(fault)) => {
                output.toned(&[(Tone::Bad, "✗ "), (Tone::Plain, &format!("{}: {fault}", words(step)))])
            }
            (None, _) => Ok(()),
        },
        TaskEvent::Output { text } => output.line(text),
        // The ending is told by the exit code and, if it failed, by the report.
        TaskEvent::StepProgress { .. } | TaskEvent::Finished { .. } => Ok(()),
    }
}

/// What may take longer than a moment is announced before it is done.
fn takes_time(verb: StepVerb) -> bool {
    match verb {
        StepVerb::Pull
        | StepVerb::Build
        | StepVerb::RecreateContainer
        | StepVerb::StopContainer
        | StepVerb::RestartContainer
        | StepVerb::Await
        | StepVerb::Exec
        | StepVerb::Dump => true,
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
        | StepVerb::Keep => false,
    }
}

/// `recreate mlflow-postgres-1 (configuration changed)`
pub fn words(step: &PlannedStep) -> String {
    let reason = if step.reason.is_empty() { String::new() } else { format!(" ({})", step.reason) };
    format!("{} {}{reason}", step.verb.words(), step.object)
}
