//! One such file, read on from a line that is known from elsewhere.

use crate::domain::LogSource;
use jiff::Timestamp;
use memchr::memmem;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// What is read at once.
const CHUNK: usize = 256 << 10;
/// What is searched at once for the known line, from the end of the file on, and how much in all.
const WINDOW: u64 = 4 << 20;
const WINDOWS: usize = 16;

/// The line behind which to read on. It was in one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub time: Timestamp,
    pub source: LogSource,
}

/// Files that have come since the one that is read, and wait: what the daemon removes takes room until it is read.
const WAITING: usize = 8;

/// Where reading has come to. A rotated file is read to its end before the next one.
#[derive(Debug)]
pub struct FollowedLog {
    path: PathBuf,
    file: File,
    /// Of the newest file that is known.
    inode: u64,
    next: VecDeque<File>,
    bytes: Vec<u8>,
    /// How much of these was handed out.
    told: usize,
}

impl FollowedLog {
    /// `None` where the line is not in the newest part of the file, nor in that of the one that was rotated last, or
    /// where it cannot be told from others.
    pub fn behind(path: &Path, mark: Mark) -> io::Result<Option<Self>> {
        for candidate in [path.to_owned(), rotated(path)] {
            let file = match File::open(&candidate) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                file => file?,
            };
            let metadata = file.metadata()?;
            let Some(at) = find(&file, metadata.len(), mark)? else { continue };
            (&file).seek(SeekFrom::Start(at))?;
            let (path, inode) = (path.to_owned(), metadata.ino());
            return Ok(Some(Self { path, file, inode, next: VecDeque::new(), bytes: Vec::new(), told: 0 }));
        }
        Ok(None)
    }

    /// What was written since, in whole entries; empty when that is nothing. Fails where a file came and went unseen.
    pub fn read(&mut self) -> io::Result<&[u8]> {
        self.bytes.drain(..self.told);
        self.told = 0;
        self.look_for_another()?;
        if !self.fill()?
            && let Some(next) = self.next.pop_front()
        {
            if !self.bytes.is_empty() {
                self.bytes.push(b'\n');
            }
            self.file = next;
            self.fill()?;
        }
        self.told = memchr::memrchr(b'\n', &self.bytes).map_or(0, |feed| feed + 1);
        Ok(&self.bytes[..self.told])
    }

    /// Whether there was anything.
    fn fill(&mut self) -> io::Result<bool> {
        let before = self.bytes.len();
        (&self.file).take(CHUNK as u64).read_to_end(&mut self.bytes)?;
        Ok(self.bytes.len() > before)
    }

    fn look_for_another(&mut self) -> io::Result<()> {
        let metadata = match std::fs::metadata(&self.path) {
            // The container was removed, or its log is being rotated.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            metadata => metadata?,
        };
        if metadata.ino() == self.inode {
            if self.next.is_empty() && metadata.len() < self.file.stream_position()? {
                self.file.seek(SeekFrom::Start(0))?;
            }
            return Ok(());
        }
        // Compressed, it is no longer there.
        let unseen = std::fs::metadata(rotated(&self.path)).is_ok_and(|rotated| rotated.ino() != self.inode);
        if unseen || self.next.len() >= WAITING {
            return Err(io::Error::other("the log was rotated faster than it could be read"));
        }
        let newest = File::open(&self.path)?;
        self.inode = newest.metadata()?.ino();
        self.next.push_back(newest);
        Ok(())
    }
}

/// What the daemon calls the file when it begins a new one.
fn rotated(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(".1");
    name.into()
}

/// Where the entry behind the marked one begins.
fn find(file: &File, size: u64, mark: Mark) -> io::Result<Option<u64>> {
    let pattern = format!("\"time\":\"{}\"}}\n", mark.time);
    let other = match mark.source {
        LogSource::Stdout | LogSource::Console => "\"stream\":\"stderr\"",
        LogSource::Stderr => "\"stream\":\"stdout\"",
    };
    let (mut end, mut window) = (size, Vec::new());
    for _ in 0..WINDOWS {
        let begin = end.saturating_sub(WINDOW);
        window.resize(usize::try_from(end - begin).unwrap_or_default(), 0);
        file.read_exact_at(&mut window, begin)?;
        if let Some(found) = memmem::rfind(&window, pattern.as_bytes()) {
            let before = &window[..found];
            let twice = memmem::find(before, pattern.as_bytes()).is_some();
            // Of a line that the other stream has begun the beginning would be missing.
            let unfinished = memmem::rfind(before, other.as_bytes())
                .is_some_and(|other| !before[..other].ends_with(br#"\n","#));
            let behind = begin + (found + pattern.len()) as u64;
            return Ok((!twice && !unfinished).then_some(behind));
        }
        if begin == 0 {
            break;
        }
        // The windows overlap, or it could lie across two of them.
        end = begin + pattern.len() as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
