//! Removes the objects that no bundle refers to.

use super::{KIND, OBJECTS, manifests};
use crate::backup::Manifest;
use crate::domain::{Fault, units};
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What came of looking for objects that nobody needs.
#[derive(Debug, Default)]
pub struct Collected {
    pub count: u64,
    pub bytes: u64,
    /// Why none was removed, although it may be that some are not needed.
    pub kept: Option<Fault>,
}

impl Collected {
    /// For whoever removed a backup; nothing where there is nothing to say.
    pub fn words(&self) -> Option<String> {
        if let Some(fault) = &self.kept {
            return Some(format!("warning: no object was removed: {}", fault.sentence()));
        }
        let (count, bytes) = (self.count, units::bytes(self.bytes));
        (count > 0)
            .then(|| format!("{count} large files ({bytes}) that no backup refers to any more were removed"))
    }
}

/// Does nothing while somebody makes a bundle of the stack. As long as one manifest cannot be read, nobody knows what it
/// refers to, and nothing goes.
pub fn collect(stack_directory: &Path) -> Result<Collected, Fault> {
    let work = |error: io::Error| Fault::io("remove objects of", stack_directory.display(), &error);
    let objects = stack_directory.join(OBJECTS);
    if !objects.is_dir() {
        return Ok(Collected::default());
    }
    let held = File::open(stack_directory).map_err(work)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Collected::default()),
        Err(TryLockError::Error(error)) => return Err(work(error)),
    }
    let manifests = match manifests(stack_directory) {
        Ok(manifests) => manifests,
        Err(fault) => return Ok(Collected { kept: Some(fault), ..Collected::default() }),
    };
    let needed: BTreeSet<PathBuf> = manifests
        .iter()
        .flat_map(Manifest::objects)
        .filter_map(|object| Some(stack_directory.join(object.part.path.strip_prefix("../")?)))
        .collect();
    remove(&objects, &needed).map_err(work)
}

fn remove(objects: &Path, needed: &BTreeSet<PathBuf>) -> io::Result<Collected> {
    let mut collected = Collected::default();
    let all = objects.join(KIND);
    for directory in entries(&all)? {
        for object in entries(&directory)? {
            let metadata = object.symlink_metadata()?;
            // What is no file of ours is somebody's mistake, and is left to him.
            if needed.contains(&object) || !metadata.is_file() {
                continue;
            }
            std::fs::remove_file(&object)?;
            collected.count += 1;
            collected.bytes += metadata.len();
        }
        leave(&directory)?;
    }
    leave(&all)?;
    leave(objects)?;
    Ok(collected)
}

fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// A directory in which nothing is left.
fn leave(directory: &Path) -> io::Result<()> {
    match std::fs::remove_dir(directory) {
        Err(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Err(error)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
