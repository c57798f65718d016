//! `stop`: containers that run are stopped, each with its own grace.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Seconds until what has not ended is killed, instead of each container's own grace
    #[arg(short, long, value_name = "SECONDS")]
    pub timeout: Option<u32>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { timeout, services } = arguments;
    let operation = Operation::Stop { services: services.clone(), timeout };
    change::run(context, operation, &services, output).await
}
