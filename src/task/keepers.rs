//! Which processes keep the schedules of which stacks while they run: one small file for each in the state directory,
//! with the mark of its process. One whose process is gone keeps nothing, and its file goes with whoever sees that.

use super::{ProcessMark, files};
use crate::domain::Fault;
use crate::engine::Endpoint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = "keepers";

/// A process that backs stacks up when they are due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeper {
    pub pid: u32,
    boot_id: String,
    start_ticks: u64,
    /// The daemon that the stacks run on.
    endpoint: String,
    /// Where it listens.
    pub address: String,
    pub since: Timestamp,
    /// The projects whose schedules it keeps.
    pub stacks: BTreeSet<String>,
}

/// The record of this process; it goes with it.
#[derive(Debug)]
pub struct Keeping {
    path: PathBuf,
    keeper: Keeper,
}

impl Keeper {
    /// `serve of pid 4711 (http://127.0.0.1:3112)`
    pub fn words(&self) -> String {
        format!("serve of pid {} (http://{})", self.pid, self.address)
    }

    fn is_alive(&self) -> bool {
        let (pid, boot_id, start_ticks) = (self.pid, self.boot_id.clone(), self.start_ticks);
        ProcessMark { pid, boot_id, start_ticks }.is_alive()
    }
}

impl Keeping {
    pub fn begin(root: &Path, endpoint: &str, address: String, now: Timestamp) -> Result<Self, Fault> {
        let mark = ProcessMark::current().map_err(|error| Fault::io("read", "/proc", &error))?;
        let directory = root.join(DIRECTORY);
        files::make_directory(&directory)?;
        let keeper = Keeper {
            pid: mark.pid,
            boot_id: mark.boot_id,
            start_ticks: mark.start_ticks,
            endpoint: endpoint.to_owned(),
            address,
            since: now,
            stacks: BTreeSet::new(),
        };
        Ok(Self { path: directory.join(format!("{}.json", mark.pid)), keeper })
    }

    /// Says which stacks it keeps from now on; nothing is written while they stay the same.
    pub fn of(&mut self, stacks: BTreeSet<String>) -> Result<(), Fault> {
        if self.keeper.stacks != stacks || !self.path.exists() {
            self.keeper.stacks = stacks;
            files::write_atomically(&self.path, &files::json(&self.path, &self.keeper)?)?;
        }
        Ok(())
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        // Whoever reads it afterwards sees that the process is gone.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Those that live and work for this daemon, the oldest first.
pub fn keepers(root: &Path, endpoint: &Endpoint) -> Result<Vec<Keeper>, Fault> {
    let directory = root.join(DIRECTORY);
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::io("list", directory.display(), &error)),
    };
    let endpoint = endpoint.to_string();
    let mut keepers = Vec::new();
    let is_record = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "json");
    for path in entries.flatten().map(|entry| entry.path()).filter(is_record) {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Fault::io("read", path.display(), &error)),
        };
        let keeper: Keeper =
            serde_json::from_slice(&bytes).map_err(|error| files::damaged(&path, &path, &error))?;
        if !keeper.is_alive() {
            // Another one may have seen it first, or nobody may remove anything there: it keeps nothing all the same.
            let _ = std::fs::remove_file(&path);
        } else if keeper.endpoint == endpoint {
            keepers.push(keeper);
        }
    }
    keepers.sort_by_key(|keeper| keeper.since);
    Ok(keepers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint::unix("/run/docker.sock")
    }

    #[test]
    fn a_process_keeps_schedules_as_long_as_it_lives_and_says_so() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(keepers(root.path(), &endpoint()).unwrap(), []);
        let address = "127.0.0.1:3112".to_owned();
        let begun = Keeping::begin(root.path(), &endpoint().to_string(), address, Timestamp::UNIX_EPOCH);
        let mut keeping = begun.unwrap();
        keeping.of(["shop".to_owned()].into()).unwrap();
        let told = keepers(root.path(), &endpoint()).unwrap();
        assert!(told[0].stacks.contains("shop") && told[0].words().contains("127.0.0.1:3112"), "{told:?}");
        assert_eq!(keepers(root.path(), &Endpoint::unix("/another.sock")).unwrap(), []);
        keeping.of(["shop".to_owned(), "mail".to_owned()].into()).unwrap();
        assert_eq!(keepers(root.path(), &endpoint()).unwrap()[0].stacks.len(), 2);
        drop(keeping);
        assert_eq!(keepers(root.path(), &endpoint()).unwrap(), []);
    }

    #[test]
    fn the_record_of_one_that_died_keeps_nothing_and_goes() {
        let root = tempfile::tempdir().unwrap();
        let (at, now) = ("127.0.0.1:3112".to_owned(), Timestamp::UNIX_EPOCH);
        let mut keeping = Keeping::begin(root.path(), &endpoint().to_string(), at, now).unwrap();
        // As if another process had this number by now.
        keeping.keeper.start_ticks += 1;
        keeping.of(["shop".to_owned()].into()).unwrap();
        assert!(keeping.path.exists());
        assert_eq!(keepers(root.path(), &endpoint()).unwrap(), []);
        assert!(!keeping.path.exists());
    }
}
