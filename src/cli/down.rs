//! `down`: the stack's containers and networks go, and its volumes if that is asked for.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Remove the stack's volumes too, with all data in them
    #[arg(short, long)]
    pub volumes: bool,
    /// Remove containers of services that the file no longer has
    #[arg(long)]
    pub remove_orphans: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { volumes, remove_orphans } = arguments;
    change::run(context, Operation::Down { volumes, remove_orphans }, &[], output).await
}
