//! The stacks that are part of the binary, and how they get onto the disk.

use crate::domain::{Fault, units};
use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

static STACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/stacks");

/// What we wrote, by which later versions of the binary tell an operator's edits from their own old files.
const RECORD: &str = ".written";

pub(super) struct BuiltIn {
    pub name: &'static str,
    /// Paths relative to the stack's directory, and contents.
    pub files: BTreeMap<&'static Path, &'static [u8]>,
}

pub(super) fn stacks() -> Vec<BuiltIn> {
    let stack = |directory: &'static Dir<'static>| {
        let mut files = BTreeMap::new();
        collect(directory, directory.path(), &mut files);
        Some(BuiltIn { name: directory.path().file_name()?.to_str()?, files })
    };
    STACKS.dirs().filter_map(stack).collect()
}

fn collect(
    directory: &'static Dir<'static>,
    root: &Path,
    files: &mut BTreeMap<&'static Path, &'static [u8]>,
) {
    for entry in directory.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(inner, root, files),
            DirEntry::File(file) => {
                if let Ok(path) = file.path().strip_prefix(root) {
                    files.insert(path, file.contents());
                }
            }
        }
    }
}

/// Writes what is missing and what is still as an earlier version wrote it; a file that was edited since is kept.
pub(super) fn write_out(stack: &BuiltIn, directory: &Path) -> Result<(), Fault> {
    let fail = |path: &Path, error: &std::io::Error| {
        Fault::io("write out the built-in stack", path.display(), error).hint(format!(
            "free or unlock {}, or set XDG_DATA_HOME to a directory that can be written",
            directory.display()
        ))
    };
    let record_path = directory.join(RECORD);
    let record = fs::read_to_string(&record_path).unwrap_or_default();
    let mut written: BTreeMap<&str, &str> = record
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(digest, path)| (path, digest))
        .collect();
    let digests: Vec<_> =
        stack.files.iter().filter_map(|(path, bytes)| Some((path.to_str()?, digest(bytes)))).collect();
    let mut changed = false;
    for ((path, digest_now), contents) in digests.iter().zip(stack.files.values()) {
        let target = directory.join(path);
        match fs::read(&target) {
            Ok(present) if present == *contents => {}
            Ok(present) if written.get(path).copied() != Some(digest(&present).as_str()) => continue,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fail(&target, &error)),
            Ok(_) | Err(_) => write(&target, contents).map_err(|error| fail(&target, &error))?,
        }
        changed |= written.insert(path, digest_now) != Some(digest_now);
    }
    if changed {
        let lines: Vec<_> = written.iter().map(|(path, digest)| format!("{digest}  {path}")).collect();
        write(&record_path, lines.join("\n").as_bytes()).map_err(|error| fail(&record_path, &error))?;
    }
    Ok(())
}

/// Through a file beside it, so that a full disk or another console never leaves half a file.
fn write(target: &Path, contents: &[u8]) -> std::io::Result<()> {
    let parent = target.parent().unwrap_or(target);
    fs::create_dir_all(parent)?;
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    std::io::Write::write_all(&mut file, contents)?;
    // What is mounted into containers is read there by other users. The binary carries no modes along, so a script
    // is known by its first line.
    let mode = if contents.starts_with(b"#!") { 0o755 } else { 0o644 };
    fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    file.persist(target)?;
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    units::hexadecimal(&Sha256::digest(bytes))
}
