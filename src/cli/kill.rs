//! `kill`: a signal to what runs.

use super::change;
use super::context::Context;
use super::output::Output;
use super::signal;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Signal containers of services that the file no longer has, too
    #[arg(long)]
    pub remove_orphans: bool,
    /// By name or number
    #[arg(short, long, value_name = "SIGNAL", default_value = "SIGKILL")]
    pub signal: String,
    /// The stack, which has no short option here
    #[arg(id = "stack", long = "stack", value_name = "STACK", hide = true)]
    pub stack: Option<String>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { remove_orphans, signal, stack: _, services } = arguments;
    signal::check(&signal)?;
    let operation = Operation::Kill { services: services.clone(), signal, remove_orphans };
    change::run(context, operation, &services, output).await
}
