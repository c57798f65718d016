//! Where the files of one container's cgroups lie.

use super::membership;
use super::mounts::{Mount, Mounts};
use super::source::Source;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// A container's directories. On hybrid hosts a controller is bound to one version or the other, never to both.
pub(super) struct Place<'a> {
    mounts: &'a Mounts,
    id: &'a str,
    way: Way<'a>,
}

enum Way<'a> {
    /// The main process's `/proc/PID/cgroup`, which names a path for each hierarchy.
    Membership(&'a str),
    /// The same directory below the mount point of each hierarchy.
    Found(&'a Path),
}

impl<'a> Place<'a> {
    pub(super) fn by_membership(mounts: &'a Mounts, id: &'a str, membership: &'a str) -> Self {
        Self { mounts, id, way: Way::Membership(membership) }
    }

    pub(super) fn found(mounts: &'a Mounts, id: &'a str, directory: &'a Path) -> Self {
        Self { mounts, id, way: Way::Found(directory) }
    }

    /// The file of a controller, by its name in either version.
    pub(super) fn file(&self, controller: &str, one: &str, two: &str) -> Option<(Source, Version)> {
        if self.mounts.v1(controller).next().is_some() {
            return Some((self.file_of_one(controller, one)?, Version::One));
        }
        Some((self.file_of_two(two)?, Version::Two))
    }

    pub(super) fn file_of_one(&self, controller: &str, name: &str) -> Option<Source> {
        let path = |membership| membership::v1(membership, controller, self.id);
        let mut mounts = self.mounts.v1(controller);
        mounts.find_map(|mount| Source::new(self.directory(mount, path)?.join(name)))
    }

    /// Pressure stands in the unified hierarchy even where that has no controllers.
    pub(super) fn file_of_two(&self, name: &str) -> Option<Source> {
        let path = |membership| membership::v2(membership, self.id);
        self.mounts.v2().find_map(|mount| Source::new(self.directory(mount, path)?.join(name)))
    }

    fn directory(&self, mount: &Mount, path: impl Fn(&'a str) -> Option<&'a str>) -> Option<PathBuf> {
        match self.way {
            Way::Membership(membership) => mount.directory(path(membership)?),
            Way::Found(directory) => Some(mount.point().join(directory)),
        }
    }
}
