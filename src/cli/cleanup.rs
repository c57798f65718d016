//! `cleanup`: what interrupted and one-off work has left behind goes, once it has been shown and confirmed.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Do not ask
    #[arg(short, long)]
    pub force: bool,
    /// Remove anonymous volumes of one-off containers too
    #[arg(short, long)]
    pub volumes: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { force, volumes } = arguments;
    change::confirmed(context, Operation::Cleanup { volumes }, &[], force, output).await
}
