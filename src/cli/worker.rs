//! The hidden command that a task's worker process is started with.

use super::arguments::Global;
use super::context::Context;
use crate::domain::notify::NotifySettings;
use crate::domain::{Fault, TaskId};
use crate::task;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(long)]
    pub state: PathBuf,
    pub id: String,
}

/// What is wrong with the settings was told to whoever asked for the task; here they only say who is told of its end.
pub fn run(arguments: Arguments, global: Global) -> Result<u8, Fault> {
    let at_once = global.at_once();
    let notify =
        Context::new(global).map_or_else(|_| NotifySettings::default(), |context| context.settings.notify);
    task::worker::run(&arguments.state, &TaskId(arguments.id), at_once, &notify)
}
