//! Whether a bundle is what it was when it was taken: all that its manifest names, byte for byte, and nothing else.
//!
//! The parts' sums are in the manifest, its own and that of `RESTORE.md` in `SHA256SUMS`, and what must stand there
//! follows from the manifest: no byte of the bundle can change without one of them telling. Files are read several at a
//! time, each by a thread of its own.

mod tree;

use super::Manifest;
use super::bundle::PARTIAL;
use super::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use crate::domain::stack::BackupPart;
use crate::domain::{Fault, FaultKind, units};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// No manifest of ours comes near it.
const PAPER_LIMIT: u64 = 64 << 20;
const BUFFER: usize = 1 << 20;

/// What is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    pub path: String,
    pub what: String,
}

impl Problem {
    fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub manifest: Option<Manifest>,
    pub problems: Vec<Problem>,
    /// So much was read.
    pub bytes: u64,
}

impl Verdict {
    /// The problems as one fault.
    pub fn fault(&self, name: &str) -> Option<Fault> {
        if self.problems.is_empty() {
            return None;
        }
        let fault = Fault::new(FaultKind::Invalid, "verify backup", name)
            .hint("do not rely on this backup; take another one, and look at the disk that it lies on");
        let causes =
            self.problems.iter().take(20).map(|problem| format!("{}: {}", problem.path, problem.what));
        Some(causes.fold(fault, Fault::because))
    }
}

/// How far the reading is, and whether somebody wants it to stop.
#[derive(Debug, Default)]
pub struct Reading {
    pub bytes: AtomicU64,
    /// What is found from then on means nothing.
    pub stopped: AtomicBool,
}

/// Reads all of it. `stack` is the one that it must be of. It blocks, and reads with as many threads as there are
/// processors.
pub fn verify(directory: &Path, stack: &str, reading: &Reading) -> Verdict {
    let mut problems = Vec::new();
    let manifest = papers(directory, stack, &mut problems);
    if let Some(manifest) = &manifest {
        tree::compare(directory, manifest, &mut problems);
        problems.extend(sums(directory, &manifest.stored(), reading));
    }
    problems.sort();
    problems.dedup();
    Verdict { manifest, problems, bytes: reading.bytes.load(Ordering::Relaxed) }
}

/// The manifest, if it can be read at all, and what is wrong with it and the papers beside it.
fn papers(directory: &Path, stack: &str, problems: &mut Vec<Problem>) -> Option<Manifest> {
    let bytes = match paper(directory, MANIFEST) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(Problem::new(MANIFEST, error.to_string()));
            return None;
        }
    };
    let manifest = match Manifest::parse(&bytes, MANIFEST) {
        Ok(manifest) => manifest,
        Err(fault) => {
            problems.push(Problem::new(MANIFEST, fault.causes.join(": ")));
            return None;
        }
    };
    let called = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // One that was fetched is read before it gets its name.
    if manifest.name != called.strip_prefix(PARTIAL).unwrap_or(&called) {
        problems.push(Problem::new(MANIFEST, format!("it is the manifest of {}", manifest.name)));
    }
    if manifest.stack != stack {
        problems
            .push(Problem::new(MANIFEST, format!("it is of the stack {}, not of {stack}", manifest.stack)));
    }
    match paper(directory, SUMS) {
        Ok(found) if found == manifest.sums(&sum(&bytes)).as_bytes() => {}
        Ok(_) => problems.push(Problem::new(SUMS, "it does not say what the manifest says")),
        Err(error) => problems.push(Problem::new(SUMS, error.to_string())),
    }
    match paper(directory, INSTRUCTIONS) {
        Ok(found) if manifest.format > 1 && sum(&found) != manifest.instructions_sha256 => {
            problems.push(Problem::new(INSTRUCTIONS, "its bytes are not those that were written"));
        }
        Ok(_) => {}
        Err(error) => problems.push(Problem::new(INSTRUCTIONS, error.to_string())),
    }
    Some(manifest)
}

fn sum(bytes: &[u8]) -> String {
    units::hexadecimal(&Sha256::digest(bytes))
}

fn paper(directory: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(&directory.join(name))?.take(PAPER_LIMIT + 1).read_to_end(&mut bytes)?;
    if read as u64 > PAPER_LIMIT { Err(io::Error::other("it is far too long")) } else { Ok(bytes) }
}

/// A file and nothing else: no link is followed, and no pipe is waited for.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

fn sums(directory: &Path, parts: &[&BackupPart], reading: &Reading) -> Vec<Problem> {
    let mut order: Vec<&&BackupPart> = parts.iter().collect();
    // The largest first, so that no thread begins one when the others are done.
    order.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let next = AtomicUsize::new(0);
    let problems = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(order.len());
    let work = || {
        while let Some(part) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(what) = check(directory, part, reading) {
                let mut problems = problems.lock().unwrap_or_else(PoisonError::into_inner);
                problems.push(Problem::new(&part.path, what));
            }
        }
    };
    std::thread::scope(|scope| {
        // This thread is one of them.
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    problems.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn check(directory: &Path, part: &BackupPart, reading: &Reading) -> Result<(), String> {
    let file = open(&directory.join(&part.path)).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length != part.bytes {
        return Err(format!("it has {length} bytes instead of {}", part.bytes));
    }
    let mut file = file.take(part.bytes + 1);
    let mut buffer = vec![0; BUFFER.min(usize::try_from(part.bytes).unwrap_or(BUFFER) + 1)];
    let mut sum = Sha256::new();
    loop {
        let count = file.read(&mut buffer).map_err(|error| error.to_string())?;
        if count == 0 {
            break;
        }
        sum.update(&buffer[..count]);
        reading.bytes.fetch_add(count as u64, Ordering::Relaxed);
        if reading.stopped.load(Ordering::Relaxed) {
            return Err("it was not read to its end".to_owned());
        }
    }
    let found = units::hexadecimal(&sum.finalize());
    if found.eq_ignore_ascii_case(&part.sha256) {
        Ok(())
    } else {
        Err("its bytes are not those that were written".to_owned())
    }
}

#[cfg(test)]
mod tests;
