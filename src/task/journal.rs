//! A task's journal: one JSON object a line, written by its worker only, read by anybody at any time.

mod disk;

use super::files;
use crate::domain::Fault;
use crate::domain::task::{JournalLine, TaskEvent};
use disk::Disk;
use jiff::Timestamp;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The most that one look at a journal takes in.
const READ_LIMIT: u64 = 4 << 20;

/// The writing end. Whoever holds it is the task's only worker.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// The length up to which all lines are whole.
    good: u64,
    disk: Disk,
}

impl Journal {
    /// Opens the journal of a task that has none yet. That the file must be new keeps a task from running twice.
    pub fn create(path: &Path) -> Result<Self, Fault> {
        let file = files::options().create_new(true).append(true).open(path).map_err(|error| {
            Fault::io("create journal", path.display(), &error)
                .hint("a task runs only once; ask for it again instead")
        })?;
        let disk = Disk::start(&file).map_err(|error| Fault::io("create journal", path.display(), &error))?;
        Ok(Self { file, path: path.to_owned(), good: 0, disk })
    }

    /// Appends one line and has it taken to the disk. Whoever reads finds it from here on, also when this process dies;
    /// only a machine that loses its power at once could lose the lines of the last moment, and its containers have
    /// stopped with it.
    pub fn append(&mut self, event: TaskEvent, time: Timestamp) -> Result<(), Fault> {
        let fleeting = matches!(event, TaskEvent::StepProgress { .. } | TaskEvent::StepParts { .. });
        let line = JournalLine { time, event };
        let written = serde_json::to_vec(&line).map_err(std::io::Error::from).and_then(|mut bytes| {
            bytes.push(b'\n');
            // What a full disk left of an earlier line would spoil this one too.
            if self.file.metadata()?.len() > self.good {
                self.file.set_len(self.good)?;
            }
            self.file.write_all(&bytes)?;
            self.good += bytes.len() as u64;
            if fleeting { Ok(()) } else { self.disk.take() }
        });
        written.map_err(|error| Fault::io("write journal", self.path.display(), &error))
    }
}

/// The reading end: each [`JournalTail::poll`] gives what has come since the last.
#[derive(Debug)]
pub struct JournalTail {
    path: PathBuf,
    offset: u64,
    /// Lines that made no sense: of a newer version, or damaged.
    skipped: usize,
}

impl JournalTail {
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, skipped: 0 }
    }

    /// How many whole lines could not be understood so far.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// New lines, none when there are none. A line still being written is left for the next time.
    pub fn poll(&mut self) -> Result<Vec<JournalLine>, Fault> {
        let bytes = match self.read() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Fault::io("read journal", self.path.display(), &error)),
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.offset += whole as u64;
        let mut lines = Vec::new();
        for line in bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(line) => lines.push(line),
                Err(_) => self.skipped += 1,
            }
        }
        Ok(lines)
    }

    /// What has come since, up to the limit; of a line that is longer, all that there is.
    fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut file = files::options().read(true).open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        loop {
            let read = (&file).take(READ_LIMIT).read_to_end(&mut bytes)?;
            if (read as u64) < READ_LIMIT || bytes.contains(&b'\n') {
                return Ok(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests;
