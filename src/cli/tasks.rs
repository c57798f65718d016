//! `tasks`: what was asked for and what came of it.

mod cancel;
mod clean;
mod show;

use super::attach::attach;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::table::Table;
use crate::domain::{Fault, TaskRecord, TaskState, units};
use clap::Subcommand;
use jiff::Timestamp;

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
    /// End a task after the step it is at, wait until it has ended, and tell what is left undone
    Cancel { id: String },
    /// Go on with a task that failed, was cancelled or interrupted: by what runs now, and under an id of its own
    Resume { id: String },
    /// Remove the records of tasks that ended a while ago; the audit log keeps them
    Cleanup {
        /// How long ago they must have ended
        #[arg(long, value_name = "DURATION", default_value = "24h")]
        older_than: String,
    },
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let store = context.store()?;
    match arguments.command.unwrap_or(TasksCommand::List) {
        TasksCommand::List => list(&store.list()?, output).map(|()| 0),
        TasksCommand::Show { id } => show::run(&store.record(&store.find(&id)?)?, output).map(|()| 0),
        TasksCommand::Attach { id } => attach(&store, &store.find(&id)?, output).await,
        TasksCommand::Cancel { id } => {
            context.may_change("cancel task")?;
            cancel::run(&store, &store.find(&id)?, output).await.map(|()| 0)
        }
        TasksCommand::Resume { id } => {
            context.may_change("resume task")?;
            let id = store.resume(&store.find(&id)?, Timestamp::now())?;
            attach(&store, &id, output).await
        }
        TasksCommand::Cleanup { older_than } => {
            context.may_change("clean up tasks")?;
            clean::run(&store, &older_than, context.dry_run.is_some(), output)
        }
    }
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

/// What came of it; of one that is under way, what it is at.
fn result(record: &TaskRecord) -> String {
    if let Some(fault) = &record.fault {
        return fault.causes.last().cloned().unwrap_or_else(|| fault.to_string());
    }
    if let Some(owner) = &record.waits_for {
        return format!("waits: {owner}");
    }
    let planned = |number: usize| record.plan.as_ref()?.steps.get(number);
    match record.current().filter(|_| !record.state.is_over()) {
        Some((number, step)) => {
            let words = planned(number).map(|step| format!("{} {}", step.verb.words(), step.object));
            [words.unwrap_or_default(), step.amount(Timestamp::now())].join(" ").trim_end().to_owned()
        }
        None => record.output.last().cloned().unwrap_or_default(),
    }
}
