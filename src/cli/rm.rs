//! `rm`: containers that do not run are removed, once that has been confirmed.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Do not ask
    #[arg(short, long)]
    pub force: bool,
    /// Stop what runs, and remove it as well
    #[arg(short, long)]
    pub stop: bool,
    /// Remove anonymous volumes too
    #[arg(short, long)]
    pub volumes: bool,
    /// The stack, which has no short option here
    #[arg(id = "stack", long = "stack", value_name = "STACK", hide = true)]
    pub stack: Option<String>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { force, stop, volumes, stack: _, services } = arguments;
    let operation = Operation::Rm { services: services.clone(), stop, volumes };
    change::confirmed(context, operation, &services, force, output).await
}
