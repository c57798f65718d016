//! A part as its tool wrote it: unpacked, its large files in their places, and every sum looked at on the way.
//!
//! That a sum is not right is known only at the end of what was read: whoever reads less than all of it knows nothing.

use super::ManifestPart;
use super::manifest::is_sealed;
use super::seal::Keys;
use super::store::Object;
use super::verify;
use crate::domain::stack::BackupPart;
use crate::domain::units;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

type Reader = Box<dyn Read + Send>;

/// A bundle that is read.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// Where it lies.
    pub directory: PathBuf,
    /// None of them where it is not encrypted.
    pub keys: Keys,
}

/// Opens a part of the bundle.
pub fn open(shelf: &Shelf, part: &ManifestPart) -> io::Result<Reader> {
    let stored = stored(shelf, &part.part)?;
    let unpacked: Reader = if part.is_packed() { Box::new(zstd::Decoder::new(stored)?) } else { stored };
    if part.objects.is_empty() {
        return Ok(unpacked);
    }
    Ok(Box::new(Whole {
        shelf: shelf.clone(),
        part: unpacked,
        read: 0,
        objects: part.objects.iter().cloned().collect(),
        object: None,
    }))
}

/// What is in a file of the bundle, or in an object, before anything was made of it.
fn stored(shelf: &Shelf, part: &BackupPart) -> io::Result<Reader> {
    let stored = Stored::open(&shelf.directory, part)?;
    if !is_sealed(&part.path) {
        return Ok(Box::new(stored));
    }
    shelf.keys.open(stored).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", part.path)))
}

/// A file of the bundle, whose end is an error where its sum is not the one in the manifest.
struct Stored {
    file: File,
    sum: Sha256,
    expected: BackupPart,
}

impl Stored {
    fn open(bundle: &Path, part: &BackupPart) -> io::Result<Self> {
        let file = verify::open(&bundle.join(&part.path))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", part.path)))?;
        Ok(Self { file, sum: Sha256::new(), expected: part.clone() })
    }
}

impl Read for Stored {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            self.sum.update(&buffer[..count]);
            return Ok(count);
        }
        let found = units::hexadecimal(&self.sum.clone().finalize());
        if found.eq_ignore_ascii_case(&self.expected.sha256) {
            return Ok(0);
        }
        let cause = format!("{}: its SHA-256 is not the one in the manifest", self.expected.path);
        Err(io::Error::new(io::ErrorKind::InvalidData, cause))
    }
}

/// An archive with the files that are not in its part.
struct Whole {
    shelf: Shelf,
    part: Reader,
    /// So much of the part itself.
    read: u64,
    /// Those that are still to come, the next one first.
    objects: VecDeque<Object>,
    /// The one that is being read, and how much of it there must be.
    object: Option<(Reader, u64)>,
}

impl Whole {
    fn open(&self, object: &Object) -> io::Result<(Reader, u64)> {
        Ok((stored(&self.shelf, &object.part)?, object.raw_bytes()))
    }
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some((object, left)) = &mut self.object {
            let count = object.read(buffer)?;
            *left = left.checked_sub(count as u64).ok_or_else(|| other("a large file is too long"))?;
            match (count, *left) {
                (0, 0) => self.object = None,
                (0, _) => return Err(other("a large file is too short")),
                (count, _) => return Ok(count),
            }
        }
        if let Some(next) = self.objects.front() {
            let before = next.at.saturating_sub(self.read);
            if before == 0 {
                self.object = Some(self.open(next)?);
                self.objects.pop_front();
                return self.read(buffer);
            }
            let most = usize::try_from(before).unwrap_or(usize::MAX).min(buffer.len());
            let count = self.part.read(&mut buffer[..most])?;
            self.read += count as u64;
            return if count == 0 {
                Err(other("the part ends before all of its large files"))
            } else {
                Ok(count)
            };
        }
        let count = self.part.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

fn other(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
