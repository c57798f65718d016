//! The command line: arguments, headless commands, `--json`.
//!
//! Every command ends in a [`Fault`] or not at all; `report` is the one place that prints it, and the fault's kind is
//! the exit code. A command that changes something is submitted as a task and then followed; ending the follower ends
//! nothing else.

mod accept;
mod arguments;
mod attach;
mod attachment;
mod audit;
mod backup;
mod brought;
mod build;
mod change;
mod cleanup;
mod config;
mod console;
mod context;
mod cp;
mod create;
mod demo;
mod documents;
mod down;
mod dry_run;
mod events;
mod exec;
mod gpus;
mod health;
mod history;
mod host;
mod images;
mod interrupts;
mod kill;
mod logger;
mod logs;
mod ls;
mod moment;
mod of_services;
mod orphans;
mod output;
mod pick;
mod plan;
mod port;
mod post_mortem;
mod preflight;
mod program;
mod ps;
mod pull;
mod push;
mod refused;
mod report;
mod restart;
mod rm;
mod rollback;
mod run;
mod scale;
mod schedule;
mod serve;
mod signal;
mod snapshot;
mod stack;
mod stacks;
mod start;
mod stats;
mod status;
mod stop;
mod table;
mod tasks;
mod template;
mod top;
mod triage;
mod up;
mod update;
mod version;
mod volumes;
mod wait;
mod watch;
mod worker;

pub use arguments::Arguments;

use crate::domain::Fault;
use arguments::{Ansi, Command};
use context::Context;
use log::LevelFilter;
use output::Output;
use std::process::ExitCode;

/// The whole program.
pub fn main() -> ExitCode {
    let Arguments { global, command } = Arguments::read();
    let output = Output::new(global.is_json(), Ansi::Auto);
    let ended = global.completed(|name| std::env::var(name).ok()).and_then(|global| {
        let output = Output::new(global.is_json(), global.ansi.unwrap_or(Ansi::Auto));
        dispatch(Arguments { global, command }, output)
    });
    ExitCode::from(ended.unwrap_or_else(|fault| report::report(&fault, output)))
}

fn dispatch(arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Some(command) = arguments.command else {
        dry_run::check_console(arguments.global.dry_run)?;
        return console::open(&Context::new(arguments.global)?);
    };
    if arguments.global.dry_run {
        dry_run::check(&command)?;
    }
    // A worker and the documents must not depend on the settings.
    let global = arguments.global;
    let context = || {
        let context = Context::new(global.clone())?;
        context.warn_about_settings(output);
        Ok(context)
    };
    // What they log is kept for the screen, or stands in what they print.
    if !matches!(command, Command::Demo | Command::Snapshot(_) | Command::Triage(_) | Command::Report(_)) {
        let most = if matches!(command, Command::Serve(_)) { LevelFilter::Info } else { LevelFilter::Warn };
        logger::install(most);
    }
    match command {
        Command::Worker(arguments) => worker::run(arguments, global),
        Command::Docs(arguments) => documents::print(arguments.what).map(|()| 0),
        Command::Demo => console::open_demo(&context()?),
        Command::Snapshot(arguments) => snapshot::run(&context()?, &arguments),
        Command::Plan(arguments) => wait(plan::run(context()?, arguments, output)),
        Command::Ps(arguments) => wait(ps::run(&context()?, arguments, output)),
        Command::Logs(arguments) => wait(logs::run(&context()?, arguments, output)),
        Command::Health(arguments) => {
            let context = context()?;
            wait(async { Ok(health::run(&context, &arguments, output).await) })
        }
        Command::Triage(arguments) => triage::run(&context()?, &arguments, output),
        Command::Report(arguments) => post_mortem::run(&context()?, &arguments, output),
        Command::Host => wait(host::run(&context()?, output)),
        Command::Gpus(arguments) => wait(gpus::run(&context()?, arguments, output)),
        Command::Config(arguments) => wait(config::run(&context()?, &arguments, output)),
        Command::Status => wait(status::run(&context()?, output)),
        Command::Stacks(arguments) => wait(stacks::run(&context()?, arguments, output)),
        Command::Tasks(arguments) => wait(tasks::run(&context()?, arguments, output)),
        Command::Audit(arguments) => audit::run(&context()?, &arguments, output),
        Command::Schedule(arguments) => wait(schedule::run(&context()?, arguments, output)),
        Command::Serve(arguments) => wait(serve::run(context()?, arguments, output)),
        Command::Backup(command) => wait(backup::run(&context()?, command, output)),
        Command::Up(arguments) => wait(up::run(&context()?, arguments, output)),
        Command::Watch(arguments) => wait(watch::run(&context()?, arguments, output)),
        Command::Create(arguments) => wait(create::run(&context()?, arguments, output)),
        Command::Down(arguments) => wait(down::run(&context()?, arguments, output)),
        Command::Start(arguments) => wait(start::run(&context()?, arguments, output)),
        Command::Stop(arguments) => wait(stop::run(&context()?, arguments, output)),
        Command::Restart(arguments) => wait(restart::run(&context()?, arguments, output)),
        Command::Kill(arguments) => wait(kill::run(&context()?, arguments, output)),
        Command::Pause(arguments) => {
            wait(of_services::run(&context()?, arguments, of_services::pause, output))
        }
        Command::Pull(arguments) => wait(pull::run(&context()?, arguments, output)),
        Command::Build(arguments) => wait(build::run(&context()?, arguments, output)),
        Command::Push(arguments) => wait(push::run(&context()?, arguments, output)),
        Command::Images(arguments) => wait(images::run(&context()?, arguments, output)),
        Command::Unpause(arguments) => {
            wait(of_services::run(&context()?, arguments, of_services::unpause, output))
        }
        Command::Rm(arguments) => wait(rm::run(&context()?, arguments, output)),
        Command::Wait(arguments) => wait(self::wait::run(&context()?, arguments, output)),
        Command::Run(arguments) => wait(run::run(&context()?, arguments, output)),
        Command::Exec(arguments) => wait(exec::run(&context()?, arguments, output)),
        Command::Attach(arguments) => wait(attachment::run(&context()?, arguments)),
        Command::Cp(arguments) => wait(cp::run(&context()?, arguments, output)),
        Command::Port(arguments) => wait(port::run(&context()?, arguments, output)),
        Command::Top(arguments) => wait(top::run(&context()?, arguments, output)),
        Command::Ls(arguments) => wait(ls::run(&context()?, arguments, output)),
        Command::Events(arguments) => wait(events::run(&context()?, arguments, output)),
        Command::Volumes(arguments) => wait(volumes::run(&context()?, arguments, output)),
        Command::Version(arguments) => version::run(&arguments, output),
        Command::Cleanup(arguments) => wait(cleanup::run(&context()?, arguments, output)),
        Command::Stats(arguments) => wait(stats::run(&context()?, arguments, output)),
        Command::Update(arguments) => wait(update::run(&context()?, arguments, output)),
        Command::Accept(arguments) => wait(accept::run(&context()?, arguments, output)),
        Command::Rollback(arguments) => wait(rollback::run(&context()?, arguments, output)),
        Command::Preflight(arguments) => wait(preflight::run(&context()?, arguments, output)),
        Command::History => wait(history::run(&context()?, output)),
        Command::Export(_) => Err(refused::command("export")),
        Command::Commit(_) => Err(refused::command("commit")),
        Command::Publish(_) => Err(refused::command("publish")),
        Command::Bridge(_) => Err(refused::command("bridge")),
        Command::Scale(arguments) => wait(scale::run(&context()?, arguments, output)),
    }
}

/// One thread is enough for commands that wait for one daemon.
fn wait(command: impl Future<Output = Result<u8, Fault>>) -> Result<u8, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Fault::io("start", "the runtime", &error))?.block_on(command)
}
