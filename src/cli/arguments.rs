//! The grammar, after docker compose's.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  failed for a reason not listed here; `health`: something is down
    2  wrong arguments, file or setting; a change with --read-only; `health`: something could not
       be checked
    3  the Docker daemon cannot be reached, denies access, or does not answer
    4  no such stack, service, container, task …
    5  conflict: a name or port is taken, or something is in the wrong state
    6  disk, memory, ports or devices ran out
    7  Docker, or a program in a container, refused
    8  another operation holds the stack's lock
  130  ended on request";

/// A terminal ops console for one GPU server that runs several Docker Compose stacks.
#[derive(Debug, Parser)]
#[command(name = "mcp-tui", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    /// Without one the console opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which daemon, which stack")]
pub struct Global {
    /// The Docker daemon's address, as `DOCKER_HOST` would name it
    #[arg(short = 'H', long, global = true, value_name = "HOST")]
    pub host: Option<String>,
    /// A stack by name, from the search path or as it runs
    #[arg(short, long, global = true, value_name = "STACK")]
    pub stack: Option<String>,
    /// Compose files, instead of a stack's name; stands before the command
    #[arg(short, long = "file", value_name = "FILE", conflicts_with = "stack")]
    pub files: Vec<PathBuf>,
    /// The Compose project's name, instead of the file's
    #[arg(short, long = "project-name", global = true, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Files with variables for the Compose files, instead of `.env`
    #[arg(long = "env-file", global = true, value_name = "FILE")]
    pub env_files: Vec<PathBuf>,
    /// Profiles to switch on
    #[arg(long = "profile", global = true, value_name = "PROFILE")]
    pub profiles: Vec<String>,
    /// The directory with config.yaml, themes and stacks
    #[arg(long, global = true, value_name = "DIRECTORY", env = "MCP_TUI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Refuse everything that changes something
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Machine-readable output, one document or one line per event
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Create and start what the stack's file says, and wait for what others depend on
    Up {
        /// All of them when none is named
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
        /// Create containers anew even if nothing changed
        #[arg(long)]
        force_recreate: bool,
        /// Remove containers of services that the file no longer has
        #[arg(long)]
        remove_orphans: bool,
        /// Accepted as docker compose knows it; `up` never stays attached to the logs
        #[arg(short, long)]
        detach: bool,
    },
    /// Stop and remove containers and networks
    Down {
        /// Remove the stack's volumes too, with all data in them
        #[arg(short, long)]
        volumes: bool,
        /// Remove containers of services that the file no longer has
        #[arg(long)]
        remove_orphans: bool,
    },
    /// List the stack's containers
    Ps {
        /// Stopped ones too
        #[arg(short, long)]
        all: bool,
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// Start containers that exist
    Start {
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// Stop containers, giving each its own grace
    Stop {
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// Stop and start containers, giving each its own grace
    Restart {
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// Show what the stack's containers wrote
    Logs {
        /// Go on with what they write
        #[arg(short, long)]
        follow: bool,
        /// How many lines per container to begin with, or `all`
        #[arg(short = 'n', long, value_name = "N", default_value = "all")]
        tail: String,
        /// Only what is newer: a time such as 2026-11-20T10:00:00Z, or a duration such as 10m
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Show the time of each line
        #[arg(short, long)]
        timestamps: bool,
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// Set how many replicas services have
    Scale {
        #[arg(value_name = "SERVICE=N", required = true)]
        replicas: Vec<String>,
    },
    /// All stacks and their services at a glance
    Status,
    /// Run the health checks: exit code 0 when all is up, 1 when something is down, 2 when it cannot be told
    Health {
        /// Try again until all is up, for so many seconds at the most
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
        #[arg(value_name = "SERVICE")]
        services: Vec<String>,
    },
    /// The GPUs of this host
    Gpus,
    /// Back up a stack's databases
    #[command(subcommand)]
    Backup(BackupCommand),
    /// What was asked for and what came of it
    Tasks {
        #[command(subcommand)]
        command: Option<TasksCommand>,
    },
    /// The stacks that can be named with --stack
    Stacks,
    /// Print one frame of the console as it would be now
    Snapshot {
        /// Columns and rows
        #[arg(long, value_name = "WxH", default_value = "160x48")]
        size: String,
        /// One pane alone, over the whole frame
        #[arg(long, value_name = "NAME")]
        pane: Option<String>,
        #[arg(long, value_enum, default_value_t = SnapshotFormat::Text)]
        format: SnapshotFormat,
        /// Of the simulated server instead of a real one
        #[arg(long)]
        demo: bool,
        /// Keys to press first, as the key map writes them: `--keys 3 f`
        #[arg(long, value_name = "KEY", num_args = 1..)]
        keys: Vec<String>,
        /// Let so many seconds pass before the frame is taken
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        after: u64,
    },
    /// Open the console on a simulated server
    Demo,
    /// Carry a task out; started by the program itself
    #[command(hide = true)]
    Worker {
        #[arg(long)]
        state: PathBuf,
        id: String,
    },
    /// Markdown for the README, from what the program knows of itself
    #[command(hide = true)]
    Docs {
        #[arg(value_enum)]
        what: Document,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum BackupCommand {
    /// Take a backup of the stack
    Create,
    /// List backups, of one stack or of all
    List,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SnapshotFormat {
    Text,
    Ansi,
    Svg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    Keys,
    Commands,
}

#[cfg(test)]
mod tests;
