//! `rollback`: back to a deploy that was good.

use super::change;
use super::context::Context;
use super::history;
use super::output::Output;
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Without a number it goes back to the last good deploy before the present one; in the middle of an update that was
interrupted, to what there was before it. After an update that was taken back already it keeps to the deploy that
served before that one, and `--to` goes farther. The containers are replaced as by `update`.")]
pub struct Arguments {
    /// The deploy's number, as `history` lists it
    #[arg(long, value_name = "N", conflicts_with = "list")]
    to: Option<u64>,
    /// List the deploys that can be gone back to, and do nothing
    #[arg(long)]
    list: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    if arguments.list {
        return history::run(context, output).await;
    }
    change::run(context, Operation::Rollback { to: arguments.to }, &[], output).await
}
