//! What Docker's own things take of the disk, as of one query.

use super::{ContainerId, Safe};
use serde::{Deserialize, Serialize};

/// As `docker system df` counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DockerDisk {
    /// What several images share counts once.
    pub images: DiskPart,
    /// What they wrote over their images; volumes and logs aside.
    pub containers: DiskPart,
    pub volumes: DiskPart,
    pub build_cache: DiskPart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DiskPart {
    pub count: u64,
    /// Images and volumes that a container has, containers that run, cache that a build uses.
    pub active: u64,
    pub bytes: u64,
    /// What pruning would give back, at most.
    pub reclaimable_bytes: u64,
}

/// The files of one container's log, the rotated ones included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSize {
    pub id: ContainerId,
    pub name: Safe,
    pub bytes: u64,
}

impl DockerDisk {
    /// Each with its name.
    pub fn parts(&self) -> [(&'static str, DiskPart); 4] {
        [
            ("images", self.images),
            ("containers", self.containers),
            ("volumes", self.volumes),
            ("build cache", self.build_cache),
        ]
    }
}
