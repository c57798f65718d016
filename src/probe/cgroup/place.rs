//! Where the files of one container's cgroups lie.

use super::membership;
use super::mounts::Mounts;
use super::source::Source;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// A container's directories. On hybrid hosts a controller is bound to one version or the other, never to both.
pub(super) struct Place<'mounts> {
    mounts: &'mounts Mounts,
    /// The main process's `/proc/PID/cgroup`.
    membership: String,
    id: &'mounts str,
    unified: Option<PathBuf>,
}

impl<'mounts> Place<'mounts> {
    /// By the container's main process; `None` when it is gone.
    pub(super) fn of(mounts: &'mounts Mounts, proc: &Path, pid: u32, id: &'mounts str) -> Option<Self> {
        let membership = std::fs::read_to_string(proc.join(pid.to_string()).join("cgroup")).ok()?;
        let unified = mounts.v2().and_then(|mount| mount.directory(membership::v2(&membership, id)?));
        Some(Self { mounts, membership, id, unified })
    }

    /// The file of a controller, by its name in either version.
    pub(super) fn file(&self, controller: &str, one: &str, two: &str) -> Option<(Source, Version)> {
        if self.mounts.v1(controller).is_some() {
            return Some((self.file_of_one(controller, one)?, Version::One));
        }
        Some((self.file_of_two(two)?, Version::Two))
    }

    pub(super) fn file_of_one(&self, controller: &str, name: &str) -> Option<Source> {
        let mount = self.mounts.v1(controller)?;
        let directory = mount.directory(membership::v1(&self.membership, controller, self.id)?)?;
        Source::new(directory.join(name))
    }

    /// Pressure stands in the unified hierarchy even where that has no controllers.
    pub(super) fn file_of_two(&self, name: &str) -> Option<Source> {
        Source::new(self.unified.as_ref()?.join(name))
    }
}
