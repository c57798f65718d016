//! The grammar, after docker compose's.

mod global;
mod switch;

pub use global::{Ansi, Global};
pub use switch::{Interactive, Orphans, SignalProxy, Tty};

use super::{
    accept, attachment, audit, backup, build, cleanup, config, cp, create, documents, down, events, exec,
    gpus, health, images, kill, logs, ls, of_services, plan, port, post_mortem, preflight, ps, pull, push,
    refused, restart, rm, rollback, run, scale, schedule, serve, snapshot, stacks, start, stats, stop, tasks,
    top, triage, up, update, version, volumes, wait, watch, worker,
};
use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  failed for a reason not listed here; `health`: something is down; `triage`: there are findings
    2  wrong arguments, file or setting; a change with --read-only; `health`: something could not
       be checked; `triage`: no daemon could be looked at
    3  the Docker daemon cannot be reached, denies access, or does not answer
    4  no such stack, service, container, task …
    5  conflict: a name or port is taken, or something is in the wrong state
    6  disk, memory, ports or devices ran out
    7  Docker, or a program in a container, refused
    8  another operation holds the stack's lock
   10  `plan --exit-code`: there is something to do
  130  ended on request";

/// Told apart from every failure, so that cron can act on it.
pub const EXIT_SOMETHING_TO_DO: u8 = 10;

/// A terminal ops console for one GPU server that runs several Docker Compose stacks.
#[derive(Debug, Default, Parser)]
#[command(name = "mcp-tui", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    /// Without one the console opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What may be said by a variable of the environment instead.
const VARIABLES: [&str; 2] = ["MCP_TUI_CONFIG", "MCP_TUI_NVML"];

impl Arguments {
    /// What this process was told. Where that is nothing, nothing is parsed: the console comes sooner, and what it takes
    /// to know all commands does not stay in its memory.
    pub fn read() -> Self {
        let told =
            std::env::args_os().len() > 1 || VARIABLES.iter().any(|name| std::env::var_os(name).is_some());
        if told { Self::parse() } else { Self::default() }
    }
}

/// One variant per command; what each takes stands in its own file.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Create and start what the stack's file says, and wait for what others depend on
    Up(up::Arguments),
    /// Create what `up` would create, and start none of it
    Create(create::Arguments),
    /// Stop and remove containers and networks, and nothing of the data unless that is asked for
    Down(down::Arguments),
    /// Show what `up` or another command would do now, and do nothing; with `--exit-code`, 10 when there is something
    Plan(plan::Arguments),
    /// List the stack's containers
    Ps(ps::Arguments),
    /// Start containers that exist
    Start(start::Arguments),
    /// Stop containers, giving each its own grace
    Stop(stop::Arguments),
    /// Stop and start containers, giving each its own grace
    Restart(restart::Arguments),
    /// Send a signal to containers that run
    Kill(kill::Arguments),
    /// Freeze the processes of containers
    Pause(of_services::Services),
    /// Let frozen processes go on
    Unpause(of_services::Services),
    /// Get the services' images from their registries
    Pull(pull::Arguments),
    /// Build the services' images
    Build(build::Arguments),
    /// Give images that were built to their registries
    Push(push::Arguments),
    /// What the stack's containers are made from
    Images(images::Arguments),
    /// Remove containers that do not run
    Rm(rm::Arguments),
    /// Remove what interrupted and one-off work has left: ended one-off containers, half-replaced ones, networks
    /// without containers
    Cleanup(cleanup::Arguments),
    /// Show what the stack's containers wrote
    Logs(logs::Arguments),
    /// Run a command in a one-off container of a service, and end with its exit code
    Run(run::Arguments),
    /// Run a command in a container that runs, and end with its exit code
    Exec(exec::Arguments),
    /// Make this terminal the one of a container; ctrl-p ctrl-q leaves it
    Attach(attachment::Arguments),
    /// Copy files between a container and here
    Cp(cp::Arguments),
    /// Wait until a container ends, and end with its exit code
    Wait(wait::Arguments),
    /// Show where a port of a container is published
    Port(port::Arguments),
    /// Show the processes in containers
    Top(top::Arguments),
    /// List the stacks that run
    Ls(ls::Arguments),
    /// Show what happens to containers, as it happens
    Events(events::Arguments),
    /// List the stack's volumes
    Volumes(volumes::Arguments),
    /// Show the version of this program
    Version(version::Arguments),
    /// Bring changed files into containers, or build them anew, as `develop.watch` says
    Watch(watch::Arguments),
    /// Set how many replicas services have
    Scale(scale::Arguments),
    /// Put new containers in the place of old ones, healthy ones only, and go back where they are not
    Update(update::Arguments),
    /// Remove the old containers that a blue-green update has kept
    Accept(accept::Arguments),
    /// Go back to a deploy that was good, or to what there was before an update that was interrupted
    Rollback(rollback::Arguments),
    /// List the deploys that can be gone back to
    History,
    /// Look whether an `up` would work: exit code 0 when all is well, 1 with warnings, 2 when something fails
    Preflight(preflight::Arguments),
    /// Print the stack's file with everything read, merged and resolved
    #[command(alias = "convert")]
    Config(config::Arguments),
    /// Show what the stack's containers use, anew each second
    Stats(stats::Arguments),
    /// All stacks and their services at a glance
    Status,
    /// Run the health checks: exit code 0 when all is up, 1 when something is down, 2 when it cannot be told
    Health(health::Arguments),
    /// What is wrong, why, and what mends it: exit code 0 when nothing is, 1 when something is, 2 when it cannot be told
    Triage(triage::Arguments),
    /// Write down what happened: a document, and beside it an archive of logs, inspects and figures; secrets masked
    Report(post_mortem::Arguments),
    /// This host: processors, memory, pressure, network, handles and disks, and what Docker takes of them
    Host,
    /// The GPUs of this host
    Gpus(gpus::Arguments),
    /// Back up a stack: its databases, volumes, paths and files
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// What was asked for and what came of it
    Tasks(tasks::Arguments),
    /// When stacks are backed up by themselves
    Schedule(schedule::Arguments),
    /// Backups, restores and tasks over HTTP, and a backup whenever one is due
    Serve(serve::Arguments),
    /// Who did what, with which outcome; and whether the log of it is whole
    Audit(audit::Arguments),
    /// The stacks that can be named with --stack
    Stacks(stacks::Arguments),
    /// Print one frame of the console as it would be now
    Snapshot(snapshot::Arguments),
    /// Open the console on a simulated server
    Demo,
    #[command(hide = true)]
    Export(refused::Arguments),
    #[command(hide = true)]
    Commit(refused::Arguments),
    #[command(hide = true)]
    Publish(refused::Arguments),
    #[command(hide = true)]
    Bridge(refused::Arguments),
    /// Carry a task out; started by the program itself
    #[command(hide = true)]
    Worker(worker::Arguments),
    /// Markdown for the README, from what the program knows of itself
    #[command(hide = true)]
    Docs(documents::Arguments),
}

#[cfg(test)]
mod tests;
