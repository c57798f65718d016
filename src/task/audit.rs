//! Who did what, on which plan, with which outcome: a file that is only ever appended to.
//!
//! Each line carries the SHA-256 of the line before it, so that a line that was changed or taken out shows.

use super::files;
use crate::domain::units::hexadecimal;
use crate::domain::{Fault, FaultKind, TaskId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

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
        let mut bytes = if torn { vec![b'\n'] } else { Vec::new() };
        bytes.extend(serde_json::to_vec(&chained)?);
        bytes.push(b'\n');
        file.write_all(&bytes)?;
        file.sync_data()
    }

    /// All entries in order, or the number of the first line that does not follow from the one before it.
    pub fn verified(&self) -> Result<Vec<AuditEntry>, Fault> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Fault::io("read audit log", self.path.display(), &error)),
        };
        let mut entries = Vec::new();
        let mut previous: &[u8] = b"";
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        for (index, line) in lines {
            let chained = serde_json::from_slice::<Chained>(line);
            match chained {
                Ok(chained) if chained.previous == hash(previous) => entries.push(chained.entry),
                Ok(_) | Err(_) => return Err(self.broken(index + 1)),
            }
            previous = line;
        }
        Ok(entries)
    }

    fn broken(&self, line: usize) -> Fault {
        Fault::new(FaultKind::Invalid, "verify audit log", format!("{}:{line}", self.path.display()))
            .because("the line does not follow from the one before it")
            .hint("it, or the line before it, was changed, removed, or cut by a crash")
    }
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
mod tests {
    use super::*;

    fn entry(what: &str) -> AuditEntry {
        AuditEntry {
            time: Timestamp::UNIX_EPOCH,
            task: TaskId("t".to_owned()),
            who: "alice".to_owned(),
            from: None,
            what: what.to_owned(),
            target: "mlflow".to_owned(),
            plan: String::new(),
            outcome: "begun".to_owned(),
        }
    }

    fn log_of(directory: &tempfile::TempDir, count: usize) -> AuditLog {
        let log = AuditLog::new(directory.path().join("audit.jsonl"));
        for number in 0..count {
            log.append(&entry(&format!("up {number}"))).unwrap();
        }
        log
    }

    #[test]
    fn what_was_written_is_verified_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let log = log_of(&directory, 3);
        let entries = log.verified().unwrap();
        assert_eq!(
            entries.iter().map(|entry| entry.what.as_str()).collect::<Vec<_>>(),
            ["up 0", "up 1", "up 2"]
        );
    }

    #[test]
    fn a_changed_or_missing_line_shows() {
        let directory = tempfile::tempdir().unwrap();
        let log = log_of(&directory, 3);
        let text = std::fs::read_to_string(&log.path).unwrap();
        std::fs::write(&log.path, text.replace("up 1", "up 7")).unwrap();
        assert!(log.verified().unwrap_err().object.ends_with(":3"));
        let without: Vec<_> =
            text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
        std::fs::write(&log.path, without.join("\n")).unwrap();
        assert!(log.verified().unwrap_err().object.ends_with(":2"));
    }

    #[test]
    fn the_chain_goes_on_over_a_very_long_line() {
        let directory = tempfile::tempdir().unwrap();
        let log = log_of(&directory, 1);
        log.append(&entry(&"x".repeat(300 << 10))).unwrap();
        log.append(&entry("last")).unwrap();
        assert_eq!(log.verified().unwrap().len(), 3);
    }

    #[test]
    fn writers_at_the_same_time_keep_one_chain() {
        let directory = tempfile::tempdir().unwrap();
        let log = log_of(&directory, 0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10).for_each(|_| log.append(&entry("up")).unwrap()));
            }
        });
        assert_eq!(log.verified().unwrap().len(), 40);
    }
}
