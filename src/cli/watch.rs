//! `watch`: keeps containers up with the files they are made from, as `develop.watch` says.
//!
//! What is synchronised is told line by line. What stops a container (a rebuild, a restart) is a task like any other,
//! and goes on when this command ends.

mod attached;
mod backlog;
mod deliver;
mod newer;
mod pending;
mod session;
mod tree;
mod work;

pub use attached::run as attached;

use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, FaultKind, UpOptions};
use session::{Scope, Session};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All that have a `develop.watch` section when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Watch what runs, without bringing it up before
    #[arg(long)]
    no_up: bool,
    /// Do not show the steps of `up` and of rebuilds
    #[arg(long)]
    quiet: bool,
    /// Remove the images that rebuilds replace; `--prune=false` keeps them
    #[arg(long, default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    prune: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { services, no_up, quiet, prune } = arguments;
    let scope = Scope { named: &services, no_deps: false, quiet, prune };
    let mut session = Session::open(context, "watch", scope, output).await?;
    if !no_up {
        session.up(UpOptions { services, build: true, ..UpOptions::default() }).await?;
    }
    session.go_on().await
}

/// Whether a fault passes by itself: the daemon comes back, somebody else's operation ends.
fn passes(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Unreachable | FaultKind::Timeout | FaultKind::Locked)
}
