//! `pause`: processes of containers are frozen where they are.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { services } = arguments;
    change::run(context, Operation::Pause { services: services.clone() }, &services, output).await
}
