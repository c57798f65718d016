//! The stacks that are part of the binary, and how they get onto the disk.

use crate::domain::{Fault, units};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

/// Written by the build script, `stacks/embed.rs`.
static STACKS: &[BuiltIn] = &include!(concat!(env!("OUT_DIR"), "/stacks.rs"));

/// What we wrote, by which later versions of the binary tell an operator's edits from their own old files.
const RECORD: &str = ".written";

pub(super) struct BuiltIn {
    pub name: &'static str,
    pub files: &'static [File],
}

pub(super) struct File {
    /// Relative to the stack's directory.
    pub path: &'static str,
    pub contents: &'static [u8],
    pub mode: u32,
}

pub(super) fn stacks() -> &'static [BuiltIn] {
    STACKS
}

/// Writes what is missing and what is still as an earlier version wrote it, and takes away what this version has no
/// more. A file that was edited since is kept, and so is everything that the operator put beside ours.
pub(super) fn write_out(stack: &BuiltIn, directory: &Path) -> Result<(), Fault> {
    let fail = |path: &Path, error: &std::io::Error| {
        Fault::io("write out the built-in stack", path.display(), error).hint(format!(
            "free or unlock {}, or set XDG_DATA_HOME to a directory that can be written",
            directory.display()
        ))
    };
    let record_path = directory.join(RECORD);
    let record = fs::read_to_string(&record_path).unwrap_or_default();
    let mut written: BTreeMap<String, String> = record
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(digest, path)| (path.to_owned(), digest.to_owned()))
        .collect();
    let mut changed = false;
    for file in stack.files {
        let target = directory.join(file.path);
        let digest_now = digest(file.contents);
        match fs::read(&target) {
            Ok(present) if present == file.contents => {}
            Ok(present) if written.get(file.path) != Some(&digest(&present)) => continue,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fail(&target, &error)),
            Ok(_) | Err(_) => {
                write(&target, file.contents, file.mode).map_err(|error| fail(&target, &error))?;
            }
        }
        changed |= written.get(file.path) != Some(&digest_now);
        written.insert(file.path.to_owned(), digest_now);
    }
    let gone: Vec<String> =
        written.keys().filter(|path| !stack.files.iter().any(|file| file.path == **path)).cloned().collect();
    for path in gone {
        changed |= take_away(directory, &path, &mut written)
            .map_err(|error| fail(&directory.join(&path), &error))?;
    }
    if changed {
        let lines: Vec<_> = written.iter().map(|(path, digest)| format!("{digest}  {path}")).collect();
        write(&record_path, lines.join("\n").as_bytes(), 0o644)
            .map_err(|error| fail(&record_path, &error))?;
    }
    Ok(())
}

/// A file of an earlier version that nobody has edited: left where it is, a directory that is mounted as a whole would
/// have both the old and the new.
fn take_away(directory: &Path, path: &str, written: &mut BTreeMap<String, String>) -> std::io::Result<bool> {
    // The record is a file like any other: it must not lead out of the directory.
    if Path::new(path).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Ok(false);
    }
    let target = directory.join(path);
    match fs::read(&target) {
        Ok(present) if written.get(path) == Some(&digest(&present)) => fs::remove_file(&target)?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    Ok(written.remove(path).is_some())
}

/// Through a file beside it, so that a full disk or another console never leaves half a file.
fn write(target: &Path, contents: &[u8], mode: u32) -> std::io::Result<()> {
    let parent = target.parent().unwrap_or(target);
    make_directory(parent)?;
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    std::io::Write::write_all(&mut file, contents)?;
    // What is mounted into containers is read there by other users, whatever the umask here.
    fs::set_permissions(file.path(), Permissions::from_mode(mode))?;
    file.persist(target)?;
    Ok(())
}

/// A directory for secrets is its owner's alone: containers read the files in it through their mounts, and nobody else
/// on this host gets that far.
fn make_directory(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        make_directory(parent)?;
    }
    let closed = directory.file_name().is_some_and(|name| name == "secrets");
    match DirBuilder::new().mode(if closed { 0o700 } else { 0o755 }).create(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn digest(bytes: &[u8]) -> String {
    units::hexadecimal(&Sha256::digest(bytes))
}
