//! A file that is read again and again.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Reads are into one buffer; the largest of these files, `memory.stat`, is some 2 KiB, and the network's grows with
/// the interfaces.
pub(super) const BUFFER: usize = 64 * 1024;
/// The kernel hands out whole lines up to a page of 4 KiB, so an answer shorter than this one is the last.
const SHORT: usize = 2048;

#[derive(Debug)]
pub(super) struct Source {
    /// Of its exact size: there are a dozen for each container.
    path: Box<Path>,
    /// Kernel files render anew when they are read from their start, so one that is held open costs one call.
    held: Option<File>,
}

impl Source {
    /// `None` where there is no such file.
    pub(super) fn new(path: PathBuf) -> Option<Self> {
        path.is_file().then(|| Self { path: path.into_boxed_path(), held: None })
    }

    /// `None` when it cannot be read: it is gone, or the kernel keeps no such account.
    pub(super) fn read<'buffer>(&mut self, hold: bool, buffer: &'buffer mut [u8]) -> Option<&'buffer [u8]> {
        let file = self.held.take().map_or_else(|| File::open(&self.path), Ok).ok()?;
        let mut length = 0;
        while length < buffer.len() {
            match file.read_at(&mut buffer[length..], length as u64) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(_) => return None,
            }
            if length < SHORT {
                break;
            }
        }
        if hold {
            self.held = Some(file);
        }
        Some(&buffer[..length])
    }
}
