//! `restart`: containers are stopped and started, each with its own grace.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Leave services alone that depend on these with `restart: true`
    #[arg(long)]
    pub no_deps: bool,
    /// Seconds until what has not ended is killed, instead of each container's own grace
    #[arg(short, long, value_name = "SECONDS")]
    pub timeout: Option<u32>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { no_deps, timeout, services } = arguments;
    let operation = Operation::Restart { services: services.clone(), timeout, no_deps };
    change::run(context, operation, &services, output).await
}
