//! What containers use, read from the files of their cgroups: no question to the daemon, which pays dearly for each.
//!
//! Versions 1 and 2 and both at once, the `cgroupfs` and the `systemd` driver. A container's files are found once by
//! its main process and kept; figures are counted as `docker stats` does.

mod descriptors;
mod details;
mod files;
mod membership;
mod missed;
mod mounts;
mod parse;
mod place;
mod sampler;
mod search;
mod source;
mod zombies;

pub use sampler::CgroupSampler;

use crate::domain::ContainerId;
use crate::domain::figures::NetworkOwner;
use std::path::Path;

/// A container to be sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub id: ContainerId,
    /// Of its main process; 0 when that does not run.
    pub pid: u32,
    pub network: NetworkOwner,
}

/// Whether this host has cgroups that can be read.
pub fn available() -> bool {
    !mounts::Mounts::read(Path::new("/")).is_empty()
}

/// The container a process belongs to, as a full id; `None` for a process of the host or one that is gone.
pub fn container_of(pid: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    membership::last_container_id(&text).map(str::to_owned)
}

#[cfg(test)]
mod tests;
