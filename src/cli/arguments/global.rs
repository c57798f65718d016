//! What may stand with every command: which daemon, which stack, and how things are told.

use crate::domain::{Fault, FaultKind, LockWait};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which daemon, which stack")]
pub struct Global {
    /// The Docker daemon's address, as `DOCKER_HOST` would name it
    #[arg(short = 'H', long, global = true, value_name = "HOST")]
    pub host: Option<String>,
    /// A stack by name, from the search path or as it runs
    #[arg(short, long, global = true, value_name = "STACK")]
    pub stack: Option<String>,
    /// Lay compose.OVERLAY.yaml over the compose.yaml that it lies beside
    #[arg(long = "overlay", global = true, value_name = "OVERLAY")]
    pub overlays: Vec<String>,
    /// Compose files, instead of a stack's name; stands before the command
    #[arg(short, long = "file", value_name = "FILE", conflicts_with = "stack")]
    pub files: Vec<PathBuf>,
    /// The Compose project's name, instead of the file's
    #[arg(short, long = "project-name", global = true, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Where relative paths start and `.env` stands, instead of the first file's directory
    #[arg(long, global = true, value_name = "DIRECTORY", conflicts_with = "stack")]
    pub project_directory: Option<PathBuf>,
    /// Files with variables for the Compose files, instead of `.env`
    #[arg(long = "env-file", global = true, value_name = "FILE")]
    pub env_files: Vec<PathBuf>,
    /// Profiles to switch on
    #[arg(long = "profile", global = true, value_name = "PROFILE")]
    pub profiles: Vec<String>,
    /// The directory with config.yaml, themes and stacks
    #[arg(long, global = true, value_name = "DIRECTORY", env = "MCP_TUI_CONFIG")]
    pub config: Option<PathBuf>,
    /// The NVML library, instead of the one that the loader finds
    #[arg(long, global = true, value_name = "PATH", env = "MCP_TUI_NVML")]
    pub nvml_library: Option<PathBuf>,
    /// Refuse everything that changes something
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Show the plan of what would be changed, as `plan` does, and change nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Where another operation holds the stack, wait for it, for so many seconds or as long as it takes
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = FOREVER,
        value_parser = lock_wait
    )]
    pub wait_lock: Option<LockWait>,
    /// How many things are done at a time; -1 for as many as it takes
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true)]
    pub parallel: Option<i32>,
    /// How the steps of a change are told: `json` is `--json`, and `quiet` tells nothing of them
    #[arg(long, global = true, value_enum)]
    pub progress: Option<Progress>,
    /// When there are colours
    #[arg(long, global = true, value_enum)]
    pub ansi: Option<Ansi>,
    /// Machine-readable output, one document or one line per event
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, hide = true)]
    pub compatibility: bool,
    #[arg(long, global = true, hide = true)]
    pub all_resources: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    Auto,
    /// There is no other display than lines.
    #[value(alias = "tty")]
    Plain,
    Json,
    Quiet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ansi {
    Auto,
    Never,
    Always,
}

/// What `--wait-lock` means without a number.
const FOREVER: &str = "as-long-as-it-takes";

fn lock_wait(text: &str) -> Result<LockWait, String> {
    if text == FOREVER {
        return Ok(LockWait::AsLongAsItTakes);
    }
    text.parse().map(LockWait::Seconds).map_err(|_| "expected a number of seconds".to_owned())
}

impl Global {
    /// What is not said is as docker compose's variables have it. One that is set to nothing is not set.
    pub fn completed(mut self, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        let set = |name: &str| {
            environment(name).filter(|text| !text.is_empty()).map(|text| (name.to_owned(), text))
        };
        let wrong = |(name, text): &(String, String), hint: &str| {
            Fault::new(FaultKind::Invalid, "read variable", format!("{name}={text}"))
                .because("it is not one of those that there are")
                .hint(hint)
        };
        if let Some(variable) = set("COMPOSE_PARALLEL_LIMIT").filter(|_| self.parallel.is_none()) {
            let limit = variable.1.parse();
            self.parallel = Some(limit.map_err(|_| wrong(&variable, "write a number, or -1 for no limit"))?);
        }
        if let Some(variable) = set("COMPOSE_PROGRESS").filter(|_| self.progress.is_none()) {
            let progress = Progress::from_str(&variable.1, false);
            self.progress = Some(progress.map_err(|_| wrong(&variable, "write auto, plain, json or quiet"))?);
        }
        if let Some(variable) = set("COMPOSE_ANSI").filter(|_| self.ansi.is_none()) {
            let ansi = Ansi::from_str(&variable.1, false);
            self.ansi = Some(ansi.map_err(|_| wrong(&variable, "write auto, never or always"))?);
        }
        self.check().map(|()| self)
    }

    /// What docker compose knows and this program does not do. Passing over it would be worse than saying so.
    fn check(&self) -> Result<(), Fault> {
        let refused = [
            (
                self.compatibility,
                "--compatibility",
                "containers are named with dashes, as every Compose since version 2 names them",
                "leave it out; containers that are named otherwise are found by their labels",
            ),
            (
                self.all_resources,
                "--all-resources",
                "networks and volumes that no service uses are not made",
                "make a service use them, or make them with docker network create or docker volume create",
            ),
        ];
        if let Some((_, flag, why, hint)) = refused.iter().find(|(given, ..)| *given) {
            return Err(Fault::new(FaultKind::Invalid, "read argument", *flag).because(*why).hint(*hint));
        }
        match self.parallel {
            Some(limit) if limit < -1 || limit == 0 => {
                Err(Fault::new(FaultKind::Invalid, "read argument", format!("--parallel {limit}"))
                    .because("it is no number of things to do at a time")
                    .hint("write a number from 1, or -1 for as many as it takes"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether output is for a program.
    pub fn is_json(&self) -> bool {
        self.json || self.progress == Some(Progress::Json)
    }

    pub fn is_quiet(&self) -> bool {
        self.progress == Some(Progress::Quiet)
    }

    /// The most things that are to be done at a time, where that is bounded.
    pub fn at_once(&self) -> Option<usize> {
        self.parallel.and_then(|limit| usize::try_from(limit).ok())
    }
}
