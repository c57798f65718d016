//! `up`: what the stack's file says is created and started.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// Create containers anew even if nothing changed
    #[arg(long)]
    pub force_recreate: bool,
    /// Remove containers of services that the file no longer has
    #[arg(long)]
    pub remove_orphans: bool,
    /// Accepted as docker compose knows it; `up` never stays attached to the logs
    #[arg(short, long)]
    pub detach: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { services, force_recreate, remove_orphans, detach: _ } = arguments;
    let operation = Operation::Up { services: services.clone(), force_recreate, remove_orphans };
    change::run(context, operation, &services, output).await
}
