//! Commands that take services and little else: `start`, `pause`, `unpause`.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Services {
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub async fn run(
    context: &Context,
    arguments: Services,
    operation: impl FnOnce(Vec<String>) -> Operation,
    output: Output,
) -> Result<u8, Fault> {
    let Services { services } = arguments;
    change::run(context, operation(services.clone()), &services, output).await
}

pub fn pause(services: Vec<String>) -> Operation {
    Operation::Pause { services }
}

pub fn unpause(services: Vec<String>) -> Operation {
    Operation::Unpause { services }
}
