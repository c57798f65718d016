//! The backups, and how each stack stands with them. To list them every manifest is read, so that is done only when one
//! of their directories has changed, and to see that costs no more than asking when each was changed last.

use super::fleet::Known;
use crate::app::Msg;
use crate::backup;
use crate::domain::stack::{BackupEntry, BackupStanding, Backups};
use crate::domain::{Fault, Safe, StackFile};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, mpsc, watch};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A directory that was changed this short a time ago may be changed again without its time becoming another one.
const TICK: Duration = Duration::from_millis(100);

/// Reads everything again when it is notified.
pub async fn run(
    root: PathBuf,
    mut stacks: watch::Receiver<Vec<StackFile>>,
    known: Known,
    again: Arc<Notify>,
    facts: mpsc::Sender<Msg>,
) {
    let mut shelf = Shelf::new(root);
    let mut zone = None;
    loop {
        let files = stacks.borrow_and_update().clone();
        let made = made(&known);
        let looked = tokio::task::spawn_blocking(move || {
            // Asked for once: to name the host's zone all of them are looked through.
            let host = zone.unwrap_or_else(TimeZone::system);
            let news = shelf.look(&files, &made, &host);
            (shelf, host, news)
        });
        let Ok((read, host, news)) = looked.await else { return };
        (shelf, zone) = (read, Some(host));
        if let Some(news) = news
            && facts.send(Msg::Backups(news)).await.is_err()
        {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = again.notified() => shelf.seen.clear(),
            Ok(()) = stacks.changed() => {}
            () = facts.closed() => return,
        }
    }
}

/// When the oldest container of each project was made.
fn made(known: &Known) -> BTreeMap<String, Timestamp> {
    let mut oldest: BTreeMap<String, Timestamp> = BTreeMap::new();
    for container in known.fleet().containers.values() {
        let Some((labels, created)) = container.compose.as_ref().zip(container.created) else { continue };
        match oldest.get_mut(&labels.project) {
            Some(known) => *known = created.min(*known),
            None => {
                oldest.insert(labels.project.clone(), created);
            }
        }
    }
    oldest
}

/// What was read last, and of what state of the directories.
struct Shelf {
    root: PathBuf,
    /// When each directory was changed, where that is long enough ago to tell; empty before anything was read.
    seen: Vec<(PathBuf, Option<SystemTime>)>,
    read: Result<(Vec<BackupEntry>, Vec<Fault>), Fault>,
    told: Option<Vec<BackupStanding>>,
}

impl Shelf {
    fn new(root: PathBuf) -> Self {
        Self { root, seen: Vec::new(), read: Ok((Vec::new(), Vec::new())), told: None }
    }

    /// What is to be told, if that is something new.
    fn look(
        &mut self,
        files: &[StackFile],
        made: &BTreeMap<String, Timestamp>,
        host: &TimeZone,
    ) -> Option<Result<Backups, Fault>> {
        let fresh = self.read_again() || self.told.is_none();
        let entries = self.read.as_ref().map(|(entries, _)| entries.as_slice()).unwrap_or_default();
        let saved = files.iter().filter(|file| !file.backup.is_empty());
        let standings: Vec<BackupStanding> = saved
            .map(|file| backup::standing(file, entries, made.get(&file.reference.project).copied(), host))
            .collect();
        if !fresh && self.told.as_ref() == Some(&standings) {
            return None;
        }
        self.told = Some(standings.clone());
        let read = self.read.clone();
        Some(read.map(|(entries, damaged)| Backups { entries, damaged, standings }))
    }

    /// Says whether there is anything new.
    fn read_again(&mut self) -> bool {
        let changed = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
        let same = self.seen.iter().all(|(path, before)| changed(path) == *before);
        if same && !self.seen.is_empty() && self.read.is_ok() {
            return false;
        }
        // Asked before it is read: what changes meanwhile is seen the next time.
        let seen = backup::places(&self.root).into_iter().map(|path| {
            let time = changed(&path).filter(|time| time.elapsed().is_ok_and(|passed| passed > TICK));
            (path, time)
        });
        self.seen = seen.collect();
        let read = backup::survey(&self.root, None);
        if read == self.read {
            return false;
        }
        let faults = read.as_ref().map_or_else(std::slice::from_ref, |(_, damaged)| damaged.as_slice());
        for fault in faults {
            log::warn!("{}", Safe::new(fault.to_string()));
        }
        self.read = read;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf() -> (tempfile::TempDir, Shelf) {
        let root = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(root.path().to_owned());
        (root, shelf)
    }

    fn damaged(shelf: &mut Shelf) -> Option<usize> {
        let news = shelf.look(&[], &BTreeMap::new(), &TimeZone::UTC)?;
        Some(news.unwrap().damaged.len())
    }

    #[test]
    fn what_came_and_went_is_told_once_and_nothing_while_nothing_changes() {
        let (root, mut shelf) = shelf();
        assert_eq!(damaged(&mut shelf), Some(0), "that there are none is news at first");
        assert_eq!(damaged(&mut shelf), None);
        // Without a manifest it is a bundle that cannot be relied on.
        let bundle = root.path().join("shop/20261120T020000Z-3f9c");
        std::fs::create_dir_all(&bundle).unwrap();
        assert_eq!(damaged(&mut shelf), Some(1));
        assert_eq!(damaged(&mut shelf), None);
        std::fs::remove_dir(&bundle).unwrap();
        assert_eq!(damaged(&mut shelf), Some(0));
    }

    #[test]
    fn a_manifest_is_read_again_only_when_its_directory_has_changed() {
        let (root, mut shelf) = shelf();
        let bundle = root.path().join("shop/20261120T020000Z-3f9c");
        let change = |path: &std::path::Path, seconds: u64| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            std::fs::File::open(path).unwrap().set_modified(time).unwrap();
        };
        std::fs::create_dir_all(&bundle).unwrap();
        std::fs::write(bundle.join("manifest.json"), "{").unwrap();
        for path in [root.path(), &root.path().join("shop"), &bundle] {
            change(path, 1_000);
        }
        assert_eq!(damaged(&mut shelf), Some(1));
        std::fs::write(bundle.join("manifest.json"), "[").unwrap();
        assert!(!shelf.read_again(), "nothing was read");
        change(&bundle, 2_000);
        assert!(shelf.read_again(), "what is wrong with it is another thing now");
    }
}
