//! `start`: containers that exist and do not run are started.

use super::context::Context;
use super::of_services;
use super::output::Output;
use super::refused::Waiting;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    of: of_services::Services,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    arguments.waiting.refuse()?;
    of_services::run(context, arguments.of, |services| Operation::Start { services }, output).await
}
