//! The hidden command that a task's worker process is started with.

use crate::domain::{Fault, TaskId};
use crate::task;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(long)]
    pub state: PathBuf,
    pub id: String,
}

pub fn run(arguments: Arguments, at_once: Option<usize>) -> Result<u8, Fault> {
    task::worker::run(&arguments.state, &TaskId(arguments.id), at_once)
}
