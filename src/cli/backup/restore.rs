//! `backup restore`: shows what would go out of use, has the stack's name typed, and hands the task over.

use super::identity::Identity;
use crate::cli::change;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::{Fault, Operation, RestoreMode, RestoreOptions};
use clap::ValueEnum;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// A backup's name, the beginning of one, or `latest`
    pub name: String,
    /// What is put back: all, PostgreSQL and Redis, or volumes and paths
    #[arg(short, long, value_enum, default_value = "full")]
    pub mode: Mode,
    /// Only this part, by its path in the backup; can be given several times
    #[arg(long = "part", value_name = "PATH")]
    pub parts: Vec<String>,
    /// Cut off clients from outside of the stack, accept an earlier restore that still waits, keep links that lead
    /// outside, take a backup of another daemon, and go without a safety backup where none can be taken
    #[arg(short, long)]
    pub force: bool,
    #[command(flatten)]
    pub identity: Identity,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    Full,
    Database,
    Artifacts,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { name, mode, parts, force, identity, yes } = arguments;
    let mode = match mode {
        Mode::Full => RestoreMode::Full,
        Mode::Database => RestoreMode::Database,
        Mode::Artifacts => RestoreMode::Artifacts,
    };
    let options = RestoreOptions { name, mode, parts, force, identity: identity.path()?, agreed: None };
    change::typed(context, Operation::Restore(options), yes, output).await
}
