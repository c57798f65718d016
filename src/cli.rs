//! The command line: arguments, headless commands, `--json`.
//!
//! Every command ends in a [`Fault`] or not at all; `report` is the one place that prints it, and the fault's kind is
//! the exit code. A command that changes something is submitted as a task and then followed; ending the follower ends
//! nothing else.

mod arguments;
mod attach;
mod backup;
mod change;
mod console;
mod context;
mod demo;
mod documents;
mod gpus;
mod health;
mod logger;
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

use crate::domain::{Fault, Operation, TaskId};
use crate::task;
use arguments::{BackupCommand, Command, TasksCommand};
use clap::Parser;
use console::SnapshotOptions;
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
        return console::open(&Context::new(arguments.global)?);
    };
    // A worker and the documents must not depend on the settings.
    let global = arguments.global;
    let context = || {
        let context = Context::new(global.clone())?;
        context.warn_about_settings(output);
        Ok(context)
    };
    let change = |operation| {
        let context = context()?;
        wait(change::run(&context, operation, output))
    };
    if !matches!(command, Command::Demo | Command::Snapshot { .. }) {
        logger::install();
    }
    match command {
        Command::Worker { state, id } => task::worker::run(&state, &TaskId(id)),
        Command::Docs { what } => documents::print(what).map(|()| 0),
        Command::Demo => console::open_demo(&context()?),
        Command::Snapshot { size, pane, format, demo, keys, after } => {
            console::snapshot(&context()?, &SnapshotOptions { size, pane, format, demo, keys, after })
        }
        Command::Ps { all, services } => wait(ps::run(&context()?, all, &services, output)),
        Command::Logs { follow, tail, since, timestamps, services } => {
            let options = logs::LogsOptions { follow, tail, since, timestamps, services };
            wait(logs::run(&context()?, options, output))
        }
        Command::Health { wait: seconds, services } => {
            let context = context()?;
            wait(async { Ok(health::run(&context, seconds, &services, output).await) })
        }
        Command::Gpus => gpus::run(output),
        Command::Status => wait(status::run(&context()?, output)),
        Command::Stacks => wait(stacks::run(&context()?, output)),
        Command::Tasks { command } => {
            wait(tasks::run(&context()?, command.unwrap_or(TasksCommand::List), output))
        }
        Command::Backup(BackupCommand::List) => backup::list(&context()?, output),
        Command::Backup(BackupCommand::Create) => change(Operation::Backup),
        Command::Up { services, force_recreate, remove_orphans, detach: _ } => {
            change(Operation::Up { services, force_recreate, remove_orphans })
        }
        Command::Down { volumes, remove_orphans } => change(Operation::Down { volumes, remove_orphans }),
        Command::Start { services } => change(Operation::Start { services }),
        Command::Stop { services } => change(Operation::Stop { services }),
        Command::Restart { services } => change(Operation::Restart { services }),
        Command::Scale { replicas } => change(Operation::Scale { replicas: change::replicas(&replicas)? }),
    }
}

/// One thread is enough for commands that wait for one daemon.
fn wait(command: impl Future<Output = Result<u8, Fault>>) -> Result<u8, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Fault::io("start", "the runtime", &error))?.block_on(command)
}
