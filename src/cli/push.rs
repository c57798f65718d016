//! `push`: gives the images that were built for services to their registries.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation, PushOptions};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Go on when an image cannot be pushed
    #[arg(long)]
    ignore_push_failures: bool,
    /// What the named services depend on too
    #[arg(long)]
    include_deps: bool,
    /// Tell nothing of the progress
    #[arg(short, long)]
    quiet: bool,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { ignore_push_failures, include_deps, quiet, services } = arguments;
    let options = PushOptions { services: services.clone(), include_deps, ignore_push_failures, quiet };
    change::run(context, Operation::Push(options), &services, output).await
}
