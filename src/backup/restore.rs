//! Puts back what a backup holds: made beside what is in use, switched, and kept both until somebody decides.
//!
//! [`look`](Scene::look) finds out what there is, [`plan`] decides (pure), [`carry_out`] does it. Before its first change
//! a restore writes down what it is at ([`Pending`]); [`settle`] brings one that was interrupted to an end, all old or all
//! new, and carries out what was decided about one that is done.
//!
//! Until the switch nothing in use is touched. The switch changes names: of databases in one transaction, of what is in a
//! directory within its file system. What goes out of use keeps existing under a name of the restore's own. Roles that a
//! server lacks are made before the databases that name them, and stay.

mod database;
mod directory;
mod look;
mod order;
mod overdue;
mod plan;
mod redis;
mod roles;
mod run;
mod services;
mod settle;
mod site;
mod state;
mod target;

pub use look::{Facts, Scene};
pub use order::{Needs, needs};
pub use overdue::over;
pub use plan::{Course, chosen, plan};
pub use run::{Run, carry_out};
pub use settle::{Decision, World, decision_plan, settle};
pub use state::{Pending, Phase, Way, pending};
pub use target::PREFIX;

use crate::domain::{Fault, FaultKind};
use std::hash::{BuildHasher, RandomState};

/// By which all that one restore makes is named.
pub fn new_id() -> String {
    format!("{:08x}", RandomState::new().hash_one(0) & 0xffff_ffff)
}

fn cancelled(object: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, "restore", object).because("ended on request; what was in use is in use")
}

/// For tests of a debug build: ends this process as a power cut would, where `MCP_TUI_RESTORE_DIES_AT` names the place.
fn may_die_at(place: &str) {
    if cfg!(debug_assertions) && std::env::var("MCP_TUI_RESTORE_DIES_AT").is_ok_and(|wanted| wanted == place)
    {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
