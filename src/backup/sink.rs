//! A file that is summed up as it is written, and goes to the disk a piece at a time.

use crate::domain::units;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The last of what was written must not wait for all of it.
const FLUSH_EVERY: u64 = 64 << 20;

pub struct Summed {
    file: File,
    sum: Sha256,
    bytes: u64,
    flushed: u64,
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
        Self { file, sum: Sha256::new(), bytes: 0, flushed: 0, shown }
    }

    pub fn finish(self) -> io::Result<Sum> {
        self.file.sync_all()?;
        Ok(Sum { bytes: self.bytes, sha256: units::hexadecimal(&self.sum.finalize()) })
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
            self.file.sync_data()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
