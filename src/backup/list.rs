//! Which backups there are, as their manifests tell.

use super::Manifest;
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, FaultKind};
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

/// The same, with one fault for each bundle that cannot be relied on.
pub fn survey(root: &Path, stack: Option<&str>) -> Result<(Vec<BackupEntry>, Vec<Fault>), Fault> {
    let stacks = match stack {
        Some(stack) => vec![root.join(stack)],
        None => directories(root)?,
    };
    let (mut entries, mut damaged) = (Vec::new(), Vec::new());
    for stack in stacks {
        for bundle in directories(&stack)? {
            match read(&bundle) {
                Ok(entry) => entries.push(entry),
                Err(fault) => damaged.push(fault),
            }
        }
    }
    entries.sort_by(|left, right| (right.created, &right.name).cmp(&(left.created, &left.name)));
    Ok((entries, damaged))
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
fn read(directory: &Path) -> Result<BackupEntry, Fault> {
    let file = directory.join("manifest.json");
    let damaged = || {
        Fault::new(FaultKind::Invalid, "read backup", directory.display().to_string())
            .hint("the bundle is damaged; do not rely on it, and look at the disk it lies on")
    };
    let bytes = std::fs::read(&file).map_err(|error| damaged().because(format!("manifest.json: {error}")))?;
    let entry = Manifest::parse(&bytes, &file.display().to_string())?.entry(directory);
    for part in &entry.parts {
        let length = std::fs::metadata(directory.join(&part.path))
            .map_err(|error| damaged().because(format!("{}: {error}", part.path)))?
            .len();
        if length != part.bytes {
            let cause = format!("{} has {length} bytes instead of {}", part.path, part.bytes);
            return Err(damaged().because(cause));
        }
    }
    Ok(entry)
}
