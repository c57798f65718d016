//! The catalogue, causes before their consequences.

mod check;
mod crash_loop;
mod daemon;
mod disk;
mod exited;
mod gpu;
mod out_of_memory;
mod stack_file;
mod start_error;
mod task;
mod unhealthy;

use super::{Facts, Finding};

pub(super) type Rule = fn(&Facts<'_>, &mut Vec<Finding>);

pub(super) const ALL: [Rule; 11] = [
    daemon::find,
    gpu::find,
    disk::find,
    start_error::find,
    out_of_memory::find,
    crash_loop::find,
    exited::find,
    unhealthy::find,
    check::find,
    task::find,
    stack_file::find,
];
