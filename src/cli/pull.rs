//! `pull`: gets the services' images, and touches no container.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation, PullOptions};

#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Leave out what can be built
    #[arg(long)]
    ignore_buildable: bool,
    /// Go on when an image cannot be had
    #[arg(long)]
    ignore_pull_failures: bool,
    /// What the named services depend on too
    #[arg(long)]
    include_deps: bool,
    /// When to pull, whatever the file says
    #[arg(long, value_name = "POLICY", value_parser = ["missing", "always"])]
    policy: Option<String>,
    /// Tell nothing of the progress
    #[arg(short, long)]
    quiet: bool,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let services = arguments.services.clone();
    let options = PullOptions {
        services: arguments.services,
        include_deps: arguments.include_deps,
        ignore_buildable: arguments.ignore_buildable,
        ignore_pull_failures: arguments.ignore_pull_failures,
        policy: arguments.policy,
        quiet: arguments.quiet,
    };
    change::run(context, Operation::Pull(options), &services, output).await
}
