//! The catalogue, causes before their consequences.

mod acceptance;
mod away;
mod backup;
mod check;
mod connection;
mod crash_loop;
mod daemon;
mod database;
mod dependency;
mod disk;
mod exited;
mod forbidden;
mod gpu;
mod gpu_orphan;
mod gpu_seats;
mod health_check;
mod host;
mod killed;
mod log_bloat;
mod log_sign;
mod name_resolution;
mod offsite;
mod out_of_memory;
mod port;
mod redis;
mod server;
mod signal;
mod stack_file;
mod start_error;
mod task;
mod task_cause;
mod unauthorized;
mod unhealthy;
mod upstream;
mod xid;
mod zombies;

pub(in crate::triage) use crash_loop::{came_back, is_looping};
pub(in crate::triage) use killed::may_be as may_be_killed;
pub(in crate::triage) use port::port_in;
pub(in crate::triage) use task::unpublished_ports;

use super::{Facts, Finding};

pub(super) type Rule = fn(&Facts<'_>, &mut Vec<Finding>);

pub(super) const ALL: [Rule; 34] = [
    daemon::find,
    gpu::find,
    xid::find,
    host::find,
    disk::find,
    port::find,
    start_error::find,
    log_sign::find,
    database::find,
    redis::find,
    name_resolution::find,
    upstream::find,
    forbidden::find,
    signal::find,
    out_of_memory::find,
    crash_loop::find,
    connection::find,
    exited::find,
    killed::find,
    away::find,
    health_check::find,
    unhealthy::find,
    dependency::find,
    check::find,
    unauthorized::find,
    log_bloat::find,
    zombies::find,
    gpu_seats::find,
    gpu_orphan::find,
    backup::find,
    acceptance::find,
    offsite::find,
    task::find,
    stack_file::find,
];
