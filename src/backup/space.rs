//! Whether what is to be written fits on the disk: before anything is begun, and again while it is written.

use super::bundle::Bundle;
use crate::domain::{Fault, FaultKind, units};
use std::io;
use std::path::Path;

/// So much is left to others, of a disk that is not small.
const MOST_RESERVE: u64 = 256 << 20;
/// Directories, papers and the partial names of files.
const FURTHER_FILES: u64 = 16;

/// The disk that a bundle lies on.
pub struct Space {
    bundle: Bundle,
    reserve: u64,
}

/// What a file system has left for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub bytes: u64,
    pub total: u64,
    /// `None` where it does not count them.
    pub inodes: Option<u64>,
}

impl Room {
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = rustix::fs::statvfs(path)?;
        Ok(Self {
            bytes: found.f_bavail.saturating_mul(found.f_frsize),
            total: found.f_blocks.saturating_mul(found.f_frsize),
            inodes: (found.f_files > 0).then_some(found.f_favail),
        })
    }

    fn reserve(&self) -> u64 {
        MOST_RESERVE.min(self.total / 50)
    }
}

impl Space {
    pub fn new(bundle: Bundle) -> Result<Self, Fault> {
        let room = Room::of(bundle.directory()).map_err(|error| bundle.fault(&error))?;
        Ok(Self { reserve: room.reserve(), bundle })
    }

    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub fn into_bundle(self) -> Bundle {
        self.bundle
    }

    /// Before anything is begun: so many bytes by estimate, in so many files.
    pub fn demand(&self, bytes: u64, files: u64) -> Result<(), Fault> {
        let room = Room::of(self.bundle.directory()).map_err(|error| self.bundle.fault(&error))?;
        judge(room, bytes, files).map_err(|cause| self.bundle.full(&cause))
    }

    /// While it is written: the reserve must not be touched, or the server would come to harm by its backup.
    pub fn look(&self) -> Result<(), Fault> {
        let room = Room::of(self.bundle.directory()).map_err(|error| self.bundle.fault(&error))?;
        if room.bytes >= self.reserve {
            return Ok(());
        }
        let cause = format!(
            "No space left: of the disk's {} only {} are free, and {} are left to others",
            units::bytes(room.total),
            units::bytes(room.bytes),
            units::bytes(self.reserve)
        );
        Err(self.bundle.full(&cause))
    }
}

/// An estimate is one: a fifth is added to it.
fn judge(room: Room, bytes: u64, files: u64) -> Result<(), String> {
    let reserve = room.reserve();
    let needed = bytes.saturating_add(bytes / 5).saturating_add(reserve);
    if needed > room.bytes {
        return Err(format!(
            "No space left: by estimate the backup takes {}, with a fifth for safety and {} that are left to others; \
             {} are free",
            units::bytes(bytes),
            units::bytes(reserve),
            units::bytes(room.bytes)
        ));
    }
    match room.inodes {
        Some(inodes) if inodes < files + FURTHER_FILES => Err(format!(
            "No space left: the file system can take {inodes} more files, and the backup needs {}",
            files + FURTHER_FILES
        )),
        Some(_) | None => Ok(()),
    }
}

impl Bundle {
    fn full(&self, cause: &str) -> Fault {
        let error = io::Error::new(io::ErrorKind::StorageFull, cause.to_owned());
        debug_assert_eq!(self.fault(&error).kind, FaultKind::Exhausted);
        self.fault(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const MIB: u64 = 1 << 20;

    fn room(bytes: u64, inodes: Option<u64>) -> Room {
        Room { bytes, total: 64 * MIB, inodes }
    }

    #[rstest]
    #[case::fits(40 * MIB, None, true)]
    #[case::fits_but_for_the_fifth(52 * MIB, None, false)]
    #[case::cannot_fit(u64::MAX, None, false)]
    #[case::files_fit(MIB, Some(19), true)]
    #[case::files_do_not_fit(MIB, Some(18), false)]
    fn an_estimate_and_a_fifth_and_a_reserve_must_fit(
        #[case] bytes: u64,
        #[case] inodes: Option<u64>,
        #[case] fits: bool,
    ) {
        assert_eq!(judge(room(60 * MIB, inodes), bytes, 3).is_ok(), fits);
    }
}
