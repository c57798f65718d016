//! A file that is summed up as it is written, and goes to the disk a piece at a time.

use crate::domain::units;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

/// The last of what was written must not wait for all of it. What is flushed goes to the disk while the next so many
/// bytes are written, and no further.
const FLUSH_EVERY: u64 = 64 << 20;

pub struct Summed {
    file: File,
    sum: Sha256,
    bytes: u64,
    flushed: u64,
    flushing: Option<JoinHandle<io::Result<()>>>,
    /// Whoever looks on sees there how much was written, to this file and to others.
    shown: Arc<AtomicU64>,
}

/// What is in a file, all of it on the disk.
pub struct Sum {
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

impl Summed {
    pub fn new(file: File, shown: Arc<AtomicU64>) -> Self {
        Self { file, sum: Sha256::new(), bytes: 0, flushed: 0, flushing: None, shown }
    }

    pub fn finish(mut self) -> io::Result<Sum> {
        self.await_flush()?;
        self.file.sync_all()?;
        let sum = std::mem::take(&mut self.sum);
        Ok(Sum { bytes: self.bytes, sha256: units::hexadecimal(&sum.finalize()) })
    }

    fn flush_beside(&mut self) -> io::Result<()> {
        self.await_flush()?;
        let file = self.file.try_clone()?;
        self.flushing =
            Some(std::thread::Builder::new().name("flush".to_owned()).spawn(move || file.sync_data())?);
        Ok(())
    }

    /// The kernel tells only once that something could not be written, and that may have been there.
    fn await_flush(&mut self) -> io::Result<()> {
        let Some(thread) = self.flushing.take() else { return Ok(()) };
        thread.join().map_err(|_| io::Error::other("the thread that flushes the file panicked"))?
    }
}

/// Whoever gives up on the file takes it away, and no open one may keep its room then.
impl Drop for Summed {
    fn drop(&mut self) {
        drop(self.await_flush());
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.sum.update(&bytes[..count]);
        self.bytes += count as u64;
        self.shown.fetch_add(count as u64, Ordering::Relaxed);
        if self.bytes - self.flushed >= FLUSH_EVERY {
            self.flushed = self.bytes;
            self.flush_beside()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
