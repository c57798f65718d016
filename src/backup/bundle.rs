//! A bundle in the making: invisible until it is whole, gone when it fails.

use super::Manifest;
use super::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use super::seal::Recipients;
use super::store::{self, Vault};
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, FaultKind, units};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, DirEntry, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub const PARTIAL: &str = ".partial-";

/// Owns a `.partial-` directory and removes it unless it is committed.
#[derive(Debug)]
pub struct Bundle {
    stack_directory: PathBuf,
    /// Where the files lie now: the partial directory, or the final one once it was renamed.
    directory: PathBuf,
    pub name: String,
    /// Held while the owner lives, by which a sweep knows that nobody needs the directory any more.
    _owner: File,
    /// Held as long, so that nobody removes an object that this bundle is about to refer to.
    objects: Option<File>,
    committed: bool,
}

impl Bundle {
    /// Sweeps what dead owners left, then makes the directory of a new bundle.
    pub fn begin(root: &Path, stack: &str, now: Timestamp) -> Result<Self, Fault> {
        let random = RandomState::new().hash_one(0) & 0xffff;
        Self::begin_as(root, stack, format!("{}-{random:04x}", now.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The same of one that has its name already.
    pub fn begin_as(root: &Path, stack: &str, name: String) -> Result<Self, Fault> {
        let stack_directory = root.join(stack);
        let begin = || -> io::Result<Self> {
            make_directory(&stack_directory)?;
            // Or a power cut could take a new stack's directory away with the whole bundle in it.
            File::open(root)?.sync_all()?;
            sweep(&stack_directory)?;
            collect(&stack_directory);
            let objects = store::hold(&stack_directory)?;
            let directory = stack_directory.join(format!("{PARTIAL}{name}"));
            DirBuilder::new().mode(0o700).create(&directory)?;
            let owner = File::open(&directory)?;
            owner.lock()?;
            Ok(Self {
                stack_directory: stack_directory.clone(),
                directory,
                name,
                _owner: owner,
                objects: Some(objects),
                committed: false,
            })
        };
        begin().map_err(|error| write_fault("create backup", &stack_directory, &error))
    }

    /// Where its files lie.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Creates a file of the bundle and the directory it lies in.
    pub fn create(&self, relative: &str) -> Result<File, Fault> {
        let path = self.directory.join(relative);
        let create = || {
            path.parent().map_or(Ok(()), make_directory)?;
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)
        };
        create().map_err(|error| self.fault(&error))
    }

    /// Where files of an archive go that have more than so many bytes.
    pub fn vault(&self, over: u64, recipients: &Recipients) -> Vault {
        Vault::new(&self.stack_directory, &self.directory, over, recipients.clone())
    }

    /// Writes the papers, the manifest last, and gives the bundle its name.
    /// What it is given lacks only the sum of the instructions.
    pub fn commit(mut self, mut manifest: Manifest) -> Result<BackupEntry, Fault> {
        self.try_commit(&mut manifest).map_err(|error| self.fault(&error))?;
        self.committed = true;
        Ok(manifest.entry(&self.directory))
    }

    fn try_commit(&mut self, manifest: &mut Manifest) -> io::Result<()> {
        let instructions = manifest.instructions();
        manifest.instructions_sha256 = sha256(instructions.as_bytes());
        let json = manifest.to_json()?;
        self.write(INSTRUCTIONS, instructions.as_bytes())?;
        self.write(SUMS, manifest.sums(&sha256(&json)).as_bytes())?;
        sync_directories(&self.directory)?;
        self.write(MANIFEST, &json)?;
        self.appear()
    }

    /// One whose files, papers and all, are there as they were written elsewhere.
    pub fn adopt(mut self, manifest: &Manifest) -> Result<BackupEntry, Fault> {
        let adopt = |bundle: &mut Self| {
            sync_directories(&bundle.directory)?;
            bundle.appear()
        };
        adopt(&mut self).map_err(|error| self.fault(&error))?;
        self.committed = true;
        Ok(manifest.entry(&self.directory))
    }

    fn appear(&mut self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()?;
        let last = self.stack_directory.join(&self.name);
        std::fs::rename(&self.directory, &last)?;
        self.directory = last;
        File::open(&self.stack_directory)?.sync_all()
    }

    pub fn write(&self, relative: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.directory.join(relative);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// An error while the bundle was written, in the operator's words.
    pub fn fault(&self, error: &io::Error) -> Fault {
        write_fault("write backup", &self.stack_directory, error)
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.directory) {
            log::warn!("remove unfinished backup {}: {error}", self.directory.display());
        }
        // Those that only this one would have referred to.
        drop(self.objects.take());
        collect(&self.stack_directory);
    }
}

/// What cannot be removed now is removed by the next one to look.
fn collect(stack_directory: &Path) {
    match store::collect(stack_directory) {
        Ok(collected) => {
            if let Some(words) = collected.words() {
                log::info!("{words}");
            }
        }
        Err(fault) => log::warn!("{fault}"),
    }
}

fn write_fault(operation: &str, directory: &Path, error: &io::Error) -> Fault {
    let fault = Fault::io(operation, directory.display(), error);
    match fault.kind {
        FaultKind::Exhausted => fault.hint(
            "free some space there, or let MCP_TUI_BACKUPS name another directory; \
             nothing of this backup was left behind",
        ),
        FaultKind::Permission => fault.hint("let MCP_TUI_BACKUPS name a directory that you may write to"),
        FaultKind::Unreachable
        | FaultKind::Timeout
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Invalid
        | FaultKind::Refused
        | FaultKind::Locked
        | FaultKind::Cancelled
        | FaultKind::Internal => fault.hint("look at the disk; nothing of this backup was left behind"),
    }
}

fn sha256(bytes: &[u8]) -> String {
    units::hexadecimal(&Sha256::digest(bytes))
}

/// Those below this one; what names a file must be on the disk as the file is.
fn sync_directories(directory: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_directories(&entry.path())?;
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}

pub fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Removes partial bundles whose owners are gone. One that cannot be removed must not keep a new one from being made.
fn sweep(stack_directory: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(stack_directory)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            continue;
        }
        if let Err(error) = sweep_one(&entry) {
            log::warn!("unfinished backup {} stays: {error}", entry.path().display());
        }
    }
    Ok(())
}

fn sweep_one(entry: &DirEntry) -> io::Result<()> {
    // Not followed and not opened unless it is a directory: to open a pipe could take for ever.
    if !entry.file_type()?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    match File::open(entry.path())?.try_lock() {
        Ok(()) => std::fs::remove_dir_all(entry.path()),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
pub mod tests;
