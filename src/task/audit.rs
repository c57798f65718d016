//! Who did what, on which plan, with which outcome: a file that is only ever appended to.
//!
//! Each line carries the SHA-256 of the line before it, so that a line that was changed or taken out shows; a seal beside
//! the log tells its end.

mod entry;
mod seal;

use super::files;
use crate::domain::units::hexadecimal;
use crate::domain::{Fault, FaultKind, TaskId};
use jiff::Timestamp;
use seal::Seal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub time: Timestamp,
    pub task: TaskId,
    pub who: String,
    pub from: Option<String>,
    /// The verb: `up`, `backup`…
    pub what: String,
    pub target: String,
    /// The plan in one line: `recreate 1, start 1`.
    pub plan: String,
    /// `begun`, or how it ended, with the fault's text.
    pub outcome: String,
}

#[derive(Serialize, Deserialize)]
struct Chained {
    #[serde(flatten)]
    entry: AuditEntry,
    /// The hash of the previous line without its newline; of nothing for the first one.
    previous: String,
}

/// The log as it can be read.
#[derive(Debug, Clone)]
pub struct AuditTrail {
    pub entries: Vec<AuditEntry>,
    /// The first line that shows that it was tampered with.
    pub broken: Option<Fault>,
    /// Whether its end can be vouched for.
    pub sealed: bool,
}

#[derive(Debug, Clone)]
pub struct AuditLog {
    path: PathBuf,
}

impl AuditLog {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn append(&self, entry: &AuditEntry) -> Result<(), Fault> {
        self.try_append(entry).map_err(|error| Fault::io("write audit log", self.path.display(), &error))
    }

    fn try_append(&self, entry: &AuditEntry) -> std::io::Result<()> {
        let mut file = files::options().read(true).append(true).create(true).open(&self.path)?;
        // Workers of different stacks end at the same time; the chain takes one at a time.
        file.lock()?;
        let (last, torn) = last_line(&mut file)?;
        let chained = Chained { entry: entry.clone(), previous: hash(&last) };
        let line = serde_json::to_vec(&chained)?;
        let lines = self.lines_before(&last)? + 1;
        let mut bytes = if torn { vec![b'\n'] } else { Vec::new() };
        bytes.extend(&line);
        bytes.push(b'\n');
        file.write_all(&bytes)?;
        file.sync_data()?;
        Seal { lines, last: hash(&line) }.write(&self.path)
    }

    /// Lines that the log has. They are counted only where the seal does not tell: after a loss of power, or of the seal.
    fn lines_before(&self, last: &[u8]) -> std::io::Result<u64> {
        match Seal::read(&self.path)? {
            Some(seal) if seal.last == hash(last) => Ok(seal.lines),
            // What was cut off stays missing: the seal goes on from what it knew.
            Some(seal) => Ok(count_lines(&self.path)?.max(seal.lines)),
            None => count_lines(&self.path),
        }
    }

    /// All entries in order, or the fault of the first line that shows that the log was tampered with.
    pub fn verified(&self) -> Result<Vec<AuditEntry>, Fault> {
        let AuditTrail { entries, broken, .. } = self.read()?;
        broken.map_or(Ok(entries), Err)
    }

    /// All entries that can be read, in order, and what is wrong with the chain.
    pub fn read(&self) -> Result<AuditTrail, Fault> {
        let failed = |error: &std::io::Error| Fault::io("read audit log", self.path.display(), error);
        let mut bytes = Vec::new();
        let seal = match File::open(&self.path) {
            Ok(mut file) => {
                // No line is written between the log and its seal being read.
                file.lock_shared().map_err(|error| failed(&error))?;
                file.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
                Seal::read(&self.path)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Seal::read(&self.path),
            Err(error) => return Err(failed(&error)),
        };
        let seal = seal.map_err(|error| failed(&error))?;
        Ok(self.trail(&bytes, seal.as_ref()))
    }

    fn trail(&self, bytes: &[u8], seal: Option<&Seal>) -> AuditTrail {
        let (mut entries, mut broken) = (Vec::new(), None);
        let (mut previous, mut count): (&[u8], u64) = (b"", 0);
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        for (index, line) in lines {
            count += 1;
            match serde_json::from_slice::<Chained>(line) {
                Ok(chained) => {
                    if chained.previous != hash(previous) {
                        let cause = "the line does not follow from the one before it";
                        let hint = "it or the one before it was changed, or lines between them were removed";
                        broken.get_or_insert_with(|| self.broken(index + 1, cause.to_owned(), hint));
                    }
                    entries.push(chained.entry);
                }
                Err(error) => {
                    let hint = "it was changed, or cut by a crash while it was written";
                    let cause = format!("the line is no entry: {error}");
                    broken.get_or_insert_with(|| self.broken(index + 1, cause, hint));
                }
            }
            if seal.is_some_and(|seal| seal.lines == count && seal.last != hash(line)) {
                let cause = "the line is not the one that was written".to_owned();
                broken.get_or_insert_with(|| self.broken(index + 1, cause, "it was changed"));
            }
            previous = line;
        }
        if let Some(seal) = seal.filter(|seal| seal.lines > count) {
            let missing = seal.lines - count;
            let cause = format!("{} lines were written, of which {missing} are missing", seal.lines);
            let line = usize::try_from(count + 1).unwrap_or(usize::MAX);
            broken.get_or_insert_with(|| self.broken(line, cause, "the end of the log was cut off"));
        }
        AuditTrail { entries, broken, sealed: seal.is_some() || count == 0 }
    }

    fn broken(&self, line: usize, cause: String, hint: &str) -> Fault {
        Fault::new(FaultKind::Invalid, "verify audit log", format!("{}:{line}", self.path.display()))
            .because(cause)
            .hint(hint)
    }
}

fn count_lines(path: &Path) -> std::io::Result<u64> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() as u64)
}

/// The last line without its newline, and whether that newline is missing.
fn last_line(file: &mut File) -> std::io::Result<(Vec<u8>, bool)> {
    const TAIL: u64 = 64 << 10;
    let length = file.seek(SeekFrom::End(0))?;
    let mut reach = TAIL;
    loop {
        let start = length.saturating_sub(reach);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(reach).read_to_end(&mut bytes)?;
        let torn = bytes.last().is_some_and(|byte| *byte != b'\n');
        if !torn {
            bytes.pop();
        }
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => return Ok((bytes.split_off(at + 1), torn)),
            None if start == 0 => return Ok((bytes, torn)),
            None => reach *= 2,
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
