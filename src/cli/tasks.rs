//! `tasks`: what was asked for and what came of it.

use super::attach::{attach, to_the_end, words};
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::table::Table;
use crate::domain::task::StepState;
use crate::domain::{Fault, FaultKind, TaskId, TaskRecord, TaskState, units};
use crate::task::Store;
use clap::Subcommand;
use jiff::{Timestamp, Unit};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<TasksCommand>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum TasksCommand {
    /// The newest tasks
    List,
    /// One task with its steps; a part of the id will do
    Show { id: String },
    /// Follow a task until it ends
    Attach { id: String },
    /// End a task after the step it is at, and wait until it has ended
    Cancel { id: String },
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let store = context.store()?;
    match arguments.command.unwrap_or(TasksCommand::List) {
        TasksCommand::List => list(&store.list()?, output).map(|()| 0),
        TasksCommand::Show { id } => show(&store.record(&store.find(&id)?)?, output).map(|()| 0),
        TasksCommand::Attach { id } => attach(&store, &store.find(&id)?, output).await,
        TasksCommand::Cancel { id } => {
            context.may_change("cancel task")?;
            cancel(&store, &store.find(&id)?, output).await.map(|()| 0)
        }
    }
}

/// What the task did before is not told again; what it still does is.
async fn cancel(store: &Store, id: &TaskId, output: Output) -> Result<(), Fault> {
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
    output.toned(&[(Tone::Warning, "cancelled"), (Tone::Plain, &format!(" after {done} of {all} steps"))])
}

fn list(records: &[TaskRecord], output: Output) -> Result<(), Fault> {
    if output.json {
        return print_json(records);
    }
    let mut table = Table::new(&["ID", "STATE", "STEPS", "BY", "AGE", "TOOK", "RESULT"], "no tasks yet");
    for record in records {
        let (done, all) = record.progress();
        let spec = &record.spec;
        table.row(vec![
            (Tone::Plain, spec.id.0.clone()),
            state(record.state),
            (Tone::Plain, if record.plan.is_some() { format!("{done}/{all}") } else { "–".to_owned() }),
            (Tone::Plain, by(record)),
            (Tone::Plain, units::duration(units::since(spec.requested_at, Timestamp::now()))),
            (Tone::Plain, took(record)),
            (Tone::Plain, result(record)),
        ]);
    }
    table.print_within(output.columns(), output)
}

fn show(record: &TaskRecord, output: Output) -> Result<(), Fault> {
    if output.json {
        return print_json(record);
    }
    let spec = &record.spec;
    let at = spec.requested_at.round(Unit::Second).unwrap_or(spec.requested_at);
    let (tone, word) = state(record.state);
    output.toned(&[(Tone::Dim, "task    "), (Tone::Plain, &spec.id.0)])?;
    output.toned(&[
        (Tone::Dim, "asked   "),
        (Tone::Plain, &format!("{} {} by {} at {at}", spec.operation.verb(), spec.target.name(), by(record))),
    ])?;
    output.toned(&[
        (Tone::Dim, "state   "),
        (tone, &word),
        (Tone::Plain, &format!(" after {}", took(record))),
    ])?;
    for (step, planned) in record.steps.iter().zip(record.plan.iter().flat_map(|plan| &plan.steps)) {
        let (tone, sign) = match step.state {
            StepState::Pending => (Tone::Dim, "  · "),
            StepState::Running => (Tone::Warning, "  … "),
            StepState::Done => (Tone::Good, "  ✓ "),
            StepState::Failed => (Tone::Bad, "  ✗ "),
        };
        let text = if step.text.is_empty() { String::new() } else { format!(": {}", step.text) };
        output.toned(&[(tone, sign), (Tone::Plain, &words(planned)), (Tone::Plain, &text)])?;
    }
    for line in &record.output {
        output.line(line)?;
    }
    if let Some(fault) = &record.fault {
        output.toned(&[(Tone::Bad, "error   "), (Tone::Plain, &fault.to_string())])?;
        if let Some(hint) = &fault.hint {
            output.toned(&[(Tone::Dim, "hint    "), (Tone::Plain, hint)])?;
        }
    }
    Ok(())
}

fn state(state: TaskState) -> (Tone, String) {
    let tone = match state {
        TaskState::Pending => Tone::Dim,
        TaskState::Running | TaskState::Cancelled => Tone::Warning,
        TaskState::Completed => Tone::Good,
        TaskState::Failed | TaskState::Interrupted => Tone::Bad,
    };
    (tone, state.word().to_owned())
}

fn by(record: &TaskRecord) -> String {
    match &record.spec.requested_from {
        Some(from) => format!("{} from {from}", record.spec.requested_by),
        None => record.spec.requested_by.clone(),
    }
}

fn took(record: &TaskRecord) -> String {
    record.took(Timestamp::now()).map_or_else(|| "–".to_owned(), units::duration)
}

fn result(record: &TaskRecord) -> String {
    match &record.fault {
        Some(fault) => fault.causes.last().cloned().unwrap_or_else(|| fault.to_string()),
        None => record.output.last().cloned().unwrap_or_default(),
    }
}
