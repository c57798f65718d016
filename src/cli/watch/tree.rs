//! The directories that are looked at, by the kernel's notices.
//!
//! Directories are added one by one, so that those that no rule enters (a `node_modules`, say) cost nothing.

use crate::compose::watch::Rule;
use crate::domain::{Fault, FaultKind};
use notify::event::{ModifyKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many notices wait to be looked at; when there are more, everything is looked at anew.
const NOTICES: usize = 4096;

pub struct Tree {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    /// Where the rules begin.
    roots: Vec<PathBuf>,
    notices: Receiver<Notice>,
    /// Notices were lost, by us or by the kernel.
    lost: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Notice {
    paths: Vec<PathBuf>,
    gone: bool,
}

impl Tree {
    pub fn new(rules: &[Rule]) -> Result<Self, Fault> {
        let (sender, notices) = channel(NOTICES);
        let lost = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&lost);
        let watcher = notify::recommended_watcher(move |event| note(event, &sender, &noted));
        let mut roots: Vec<PathBuf> = rules.iter().map(|rule| rule.path.clone()).collect();
        roots.sort();
        roots.dedup();
        let watcher = watcher.map_err(|error| fault(error, Path::new("the file system")))?;
        let mut tree = Self { watcher, watched: BTreeSet::new(), roots, notices, lost };
        tree.find_roots(rules)?;
        Ok(tree)
    }

    /// Paths that have changed. Never ends.
    pub async fn next(&mut self) -> Vec<PathBuf> {
        let Some(notice) = self.notices.recv().await else { return std::future::pending().await };
        if notice.gone {
            for path in &notice.paths {
                self.forget(path);
            }
        }
        if self.lost.swap(false, Ordering::Relaxed) {
            // A directory that was removed and made again without a word is not watched any more, though it seems so.
            let watched: Vec<PathBuf> = std::mem::take(&mut self.watched).into_iter().collect();
            self.unwatch(&watched);
            return self.roots.clone();
        }
        notice.paths
    }

    /// Looks at what has changed: with a directory that has come, all that is in it.
    pub fn settle(&mut self, paths: BTreeSet<PathBuf>, rules: &[Rule]) -> Result<BTreeSet<PathBuf>, Fault> {
        let mut settled = self.find_roots(rules)?;
        for path in paths {
            if is_directory(&path) && !self.watched.contains(&path) {
                settled.extend(self.contents(&path, rules)?);
            }
            settled.insert(path);
        }
        Ok(settled)
    }

    /// All that lies in a directory and can be of interest. Its directories are watched from then on.
    pub fn contents(&mut self, directory: &Path, rules: &[Rule]) -> Result<Vec<PathBuf>, Fault> {
        let mut found = Vec::new();
        let mut open = vec![directory.to_owned()];
        while let Some(directory) = open.pop() {
            if !rules.iter().any(|rule| rule.enters(&directory)) {
                continue;
            }
            // Watched first and read then: what comes in between is seen at least once.
            if !self.watch(&directory)? {
                continue;
            }
            let Ok(entries) = std::fs::read_dir(&directory) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push(path.clone());
                }
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Watches where rules begin. A file, and what is not there yet, is waited for in the nearest directory above.
    fn find_roots(&mut self, rules: &[Rule]) -> Result<BTreeSet<PathBuf>, Fault> {
        let mut found = BTreeSet::new();
        for root in self.roots.clone() {
            if root.is_dir() {
                if !self.watched.contains(&root) {
                    found.extend(self.contents(&root, rules)?);
                }
                continue;
            }
            let above = root.ancestors().skip(1).find(|above| above.is_dir());
            if let Some(above) = above {
                self.watch(above)?;
            }
        }
        Ok(found)
    }

    /// Whether it could be watched: it may be gone again.
    fn watch(&mut self, directory: &Path) -> Result<bool, Fault> {
        if self.watched.contains(directory) {
            return Ok(true);
        }
        match self.watcher.watch(directory, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.watched.insert(directory.to_owned());
                Ok(true)
            }
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(fault(error, directory)),
        }
    }

    fn forget(&mut self, path: &Path) {
        let inside: Vec<PathBuf> = self
            .watched
            .range(path.to_owned()..)
            .take_while(|watched| watched.starts_with(path))
            .cloned()
            .collect();
        for directory in &inside {
            self.watched.remove(directory);
        }
        self.unwatch(&inside);
    }

    fn unwatch(&mut self, directories: &[PathBuf]) {
        for directory in directories {
            // The kernel has often forgotten it already.
            let _ = self.watcher.unwatch(directory);
        }
    }
}

/// Runs on the watcher's own thread.
fn note(event: notify::Result<Event>, sender: &Sender<Notice>, lost: &AtomicBool) {
    let notice = match event {
        Ok(event) if event.need_rescan() => {
            lost.store(true, Ordering::Relaxed);
            Notice::default()
        }
        Ok(event) => match event.kind {
            // Reading changes nothing, and a rename within the watched directories is told by its two halves.
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                Notice { paths: event.paths, gone: true }
            }
            EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other => {
                Notice { paths: event.paths, gone: false }
            }
        },
        Err(error) => {
            log::warn!("watch files: {error}");
            return;
        }
    };
    if sender.try_send(notice).is_err() {
        lost.store(true, Ordering::Relaxed);
    }
}

/// A link to a directory is a link: what it leads to is not part of the tree.
fn is_directory(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        ErrorKind::Generic(_)
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_)
        | ErrorKind::MaxFilesWatch => false,
    }
}

fn fault(error: notify::Error, path: &Path) -> Fault {
    let exhausted = |cause: &str, setting: &str| {
        Fault::new(FaultKind::Exhausted, "watch", path.display().to_string()).because(cause).hint(format!(
            "raise it with `sysctl fs.inotify.{setting}=…`, or ignore directories that need no watching"
        ))
    };
    match error.kind {
        ErrorKind::MaxFilesWatch => {
            exhausted("this user watches as many directories as the kernel allows", "max_user_watches")
        }
        ErrorKind::Io(error) if error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) => {
            exhausted("this user has as many watchers as the kernel allows", "max_user_instances")
        }
        ErrorKind::Io(error) => Fault::io("watch", path.display(), &error),
        ErrorKind::Generic(_)
        | ErrorKind::PathNotFound
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_) => {
            Fault::new(FaultKind::Internal, "watch", path.display().to_string()).caused_by(&error)
        }
    }
}

#[cfg(test)]
mod tests;
