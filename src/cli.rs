//! The command line: arguments, headless commands, `--json`.
//!
//! Every command ends in a [`Fault`] or not at all; `report` is the one place that prints it, and the fault's kind is
//! the exit code. A command that changes something is submitted as a task and then followed; ending the follower ends
//! nothing else.

mod arguments;
mod attach;
mod backup;
mod change;
mod context;
mod documents;
mod gpus;
mod health;
mod logs;
mod output;
mod ps;
mod report;
mod stack;
mod stacks;
mod status;
mod table;
mod tasks;

pub use arguments::Arguments;

use crate::domain::{Fault, FaultKind, Operation, TaskId};
use crate::task;
use arguments::{BackupCommand, Command, TasksCommand};
use clap::Parser;
use context::Context;
use output::Output;
use std::process::ExitCode;

/// The whole program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.global.json);
    let ended = dispatch(arguments, output);
    ExitCode::from(ended.unwrap_or_else(|fault| report::report(&fault, output)))
}

fn dispatch(arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Some(command) = arguments.command else {
        return Err(Fault::new(FaultKind::Internal, "open console", "").because("not part of this build"));
    };
    // Neither of these needs what the others share, and a worker must not depend on the settings.
    match command {
        Command::Worker { state, id } => task::worker::run(&state, &TaskId(id)),
        Command::Docs { what } => documents::print(what).map(|()| 0),
        command => {
            let context = Context::new(arguments.global)?;
            context.warn_about_settings(output);
            runtime()?.block_on(run(&context, command, output))
        }
    }
}

/// One thread is enough for commands that wait for one daemon.
fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Fault::io("start", "the runtime", &error))
}

async fn run(context: &Context, command: Command, output: Output) -> Result<u8, Fault> {
    let operation = match command {
        Command::Ps { all, services } => return ps::run(context, all, &services, output).await,
        Command::Logs { follow, tail, since, timestamps, services } => {
            let options = logs::LogsOptions { follow, tail, since, timestamps, services };
            return logs::run(context, options, output).await;
        }
        Command::Health { wait, services } => return Ok(health::run(context, wait, &services, output).await),
        Command::Gpus => return gpus::run(output),
        Command::Status => return status::run(context, output).await,
        Command::Stacks => return stacks::run(context, output).await,
        Command::Backup(BackupCommand::List) => return backup::list(context, output),
        Command::Tasks { command } => {
            return tasks::run(context, command.unwrap_or(TasksCommand::List), output).await;
        }
        Command::Up { services, force_recreate, remove_orphans, detach: _ } => {
            Operation::Up { services, force_recreate, remove_orphans }
        }
        Command::Down { volumes, remove_orphans } => Operation::Down { volumes, remove_orphans },
        Command::Start { services } => Operation::Start { services },
        Command::Stop { services } => Operation::Stop { services },
        Command::Restart { services } => Operation::Restart { services },
        Command::Scale { replicas } => Operation::Scale { replicas: change::replicas(&replicas)? },
        Command::Backup(BackupCommand::Create) => Operation::Backup,
        Command::Snapshot { .. } | Command::Demo | Command::Worker { .. } | Command::Docs { .. } => {
            return Err(Fault::new(FaultKind::Internal, "run command", "").because("not part of this build"));
        }
    };
    change::run(context, operation, output).await
}
