//! Which backups there are, as their manifests tell.

use super::Manifest;
use super::find::{Found, is_stack_name};
use super::manifest::MANIFEST;
use super::store::OBJECTS;
use super::{offsite, proof};
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, FaultKind};
use jiff::Timestamp;
use std::io;
use std::path::{Path, PathBuf};

/// The finished backups, newest first, of one stack or of all. Damaged ones are logged and left out.
pub fn list(root: &Path, stack: Option<&str>) -> Result<Vec<BackupEntry>, Fault> {
    let (entries, damaged) = survey(root, stack)?;
    for fault in damaged {
        log::warn!("{fault}");
    }
    Ok(entries)
}

/// When those of a stack were taken that are not known to be bad: what its schedule is kept by.
pub fn good_times(root: &Path, stack: &str) -> Result<Vec<Timestamp>, Fault> {
    let entries = list(root, Some(stack))?;
    let good = entries.iter().filter(|entry| entry.proof.failed.is_none() && !entry.safety);
    Ok(good.map(|entry| entry.created).collect())
}

/// The same as the list, with one fault for each bundle that cannot be relied on.
pub fn survey(root: &Path, stack: Option<&str>) -> Result<(Vec<BackupEntry>, Vec<Fault>), Fault> {
    let (mut entries, mut damaged) = (Vec::new(), Vec::new());
    for bundle in bundles(root, stack)? {
        match bundle.entry() {
            Ok(entry) => entries.push(entry),
            Err(fault) => damaged.push(fault),
        }
    }
    for pending in super::restore::pending(root) {
        let is_it = |entry: &&mut BackupEntry| entry.stack == pending.stack && entry.name == pending.bundle;
        if let Some(entry) = entries.iter_mut().find(is_it) {
            entry.old_side_until = pending.until();
        }
    }
    entries.sort_by(|left, right| (right.created, &right.name).cmp(&(left.created, &left.name)));
    Ok((entries, damaged))
}

/// Every visible directory where a bundle would be.
pub fn bundles(root: &Path, stack: Option<&str>) -> Result<Vec<Found>, Fault> {
    let stacks = match stack {
        Some(stack) if is_stack_name(stack) => vec![root.join(stack)],
        Some(stack) => {
            return Err(Fault::new(FaultKind::Invalid, "list backups", stack)
                .because("this is no name of a stack")
                .hint("`mcp-tui stacks` tells the names"));
        }
        None => directories(root)?,
    };
    let mut found = Vec::new();
    for stack in stacks {
        found.extend(bundles_of(&stack)?);
    }
    Ok(found)
}

/// Every directory whose time of change tells that the list may be another one than before.
pub fn places(root: &Path) -> Vec<PathBuf> {
    let stacks = directories(root).unwrap_or_default();
    let bundles: Vec<PathBuf> =
        stacks.iter().flat_map(|stack| directories(stack).unwrap_or_default()).collect();
    std::iter::once(root.to_owned()).chain(stacks).chain(bundles).collect()
}

/// The same in the directory of one stack.
pub fn bundles_of(stack: &Path) -> Result<Vec<Found>, Fault> {
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = directories(stack)?.into_iter().map(|directory| Found {
        stack: name(stack),
        name: name(&directory),
        directory,
    });
    Ok(found.filter(|bundle| bundle.name != OBJECTS).collect())
}

/// The visible directories in one directory; none when it does not exist yet.
fn directories(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_type()?.is_dir() {
                found.push(entry.path());
            }
        }
        Ok(found)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| Fault::io("list backups", path.display(), &error)),
    }
}

/// Reads one manifest and sees whether its parts are there in their lengths. Their sums are for a verification.
pub fn read(directory: &Path) -> Result<BackupEntry, Fault> {
    let damaged = || {
        Fault::new(FaultKind::Invalid, "read backup", directory.display().to_string())
            .hint("the bundle is damaged; do not rely on it, and look at the disk it lies on")
    };
    let mut entry = manifest(directory)?.entry(directory);
    for part in entry.parts.iter().chain(&entry.objects) {
        let length = std::fs::metadata(directory.join(&part.path))
            .map_err(|error| damaged().because(format!("{}: {error}", part.path)))?
            .len();
        if length != part.bytes {
            let cause = format!("{} has {length} bytes instead of {}", part.path, part.bytes);
            return Err(damaged().because(cause));
        }
    }
    entry.pinned = proof::is_pinned(directory);
    entry.proof = proof::read(directory);
    entry.offsite = offsite::record::read(directory);
    Ok(entry)
}

/// What a bundle says that it holds.
pub fn manifest(directory: &Path) -> Result<Manifest, Fault> {
    let file = directory.join(MANIFEST);
    let bytes = std::fs::read(&file).map_err(|error| {
        Fault::new(FaultKind::Invalid, "read backup", directory.display().to_string())
            .because(format!("{MANIFEST}: {error}"))
            .hint("the bundle is damaged; do not rely on it, and look at the disk it lies on")
    })?;
    Manifest::parse(&bytes, &file.display().to_string())
}
