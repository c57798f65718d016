//! `accept`: the end of a blue-green update.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
A blue-green update keeps the old containers, stopped, until the new ones are accepted; `rollback` takes them back as
long as they are there. What a restore took out of use is another matter: `backup accept`.")]
pub struct Arguments {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    change::confirmed(context, Operation::Accept, &[], arguments.yes, output).await
}
