//! Takes in the large files of an archive as they go by.
//!
//! A file of a name that the last backups had is compared with what is stored of it, byte by byte, and only from where it
//! differs on is anything written: what does not change costs no room, not even for a moment. One that is to be encrypted
//! cannot be compared, and is written and let go again where it is stored already. What is written lies in the bundle in
//! the making until its sum is known, and gets its name when all of it is on the disk.

use super::{Object, below_stack, each_manifest, path_of, sealed_name, sealed_stem};
use crate::backup::manifest::is_sealed;
use crate::backup::seal::{Recipients, Sink};
use crate::backup::sink::{Sum, Summed};
use crate::backup::verify;
use crate::domain::stack::BackupPart;
use crate::domain::units;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What an object is called before its sum is known, in the bundle in the making.
pub const UNNAMED: &str = ".object";
const BUFFER: usize = 1 << 20;

pub struct Vault {
    stack_directory: PathBuf,
    /// Of the bundle in the making.
    unnamed: PathBuf,
    over: u64,
    recipients: Recipients,
    /// What finished bundles refer to, as far as they can be read; the newest first.
    known: Vec<Object>,
    shown: Arc<AtomicU64>,
    taking: Option<Taking>,
    stored: Vec<Object>,
}

enum Taking {
    /// So far it is what is stored already.
    Same {
        stored: File,
        path: String,
        sum: Sha256,
        bytes: u64,
    },
    Anew(Anew),
}

/// What is written, and the sum of what came in: another than that of the file where it is encrypted.
struct Anew {
    sink: Sink,
    sum: Sha256,
    bytes: u64,
}

impl Write for Anew {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.sum.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Vault {
    pub fn new(stack_directory: &Path, partial: &Path, over: u64, recipients: Recipients) -> Self {
        // One that cannot be read only costs the comparison.
        let known: Vec<_> = each_manifest(stack_directory).into_iter().flatten().flatten().collect();
        Self {
            stack_directory: stack_directory.to_owned(),
            unnamed: partial.join(UNNAMED),
            over,
            recipients,
            known: known.iter().flat_map(|manifest| manifest.objects().cloned()).collect(),
            shown: Arc::default(),
            taking: None,
            stored: Vec::new(),
        }
    }

    /// Whoever looks on sees there how much was written.
    pub fn shown_in(self, shown: Arc<AtomicU64>) -> Self {
        Self { shown, ..self }
    }

    /// Files of more bytes than these belong here.
    pub fn over(&self) -> u64 {
        self.over
    }

    /// What was stored, in the order of the archive.
    pub fn finish(self) -> Vec<Object> {
        self.stored
    }

    /// The next bytes of the file that the archive calls so.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let taking = match self.taking.take() {
            Some(taking) => taking,
            None => self.begin(name)?,
        };
        self.taking = Some(match taking {
            Taking::Anew(mut file) => {
                file.write_all(bytes)?;
                Taking::Anew(file)
            }
            Taking::Same { mut stored, path, mut sum, bytes: before } => {
                if is_next(&mut stored, bytes) {
                    sum.update(bytes);
                    Taking::Same { stored, path, sum, bytes: before + bytes.len() as u64 }
                } else {
                    let mut file = self.anew(&mut stored, before)?;
                    file.write_all(bytes)?;
                    Taking::Anew(file)
                }
            }
        });
        Ok(())
    }

    fn begin(&self, name: &str) -> io::Result<Taking> {
        let comparable = |object: &&Object| object.file == name && !is_sealed(&object.part.path);
        let before = self.known.iter().find(comparable).filter(|_| self.recipients.is_empty());
        let opened = before.and_then(|object| {
            let stored = verify::open(&self.stack_directory.join(below_stack(&object.part.sha256))).ok()?;
            Some(Taking::Same { stored, path: object.part.path.clone(), sum: Sha256::new(), bytes: 0 })
        });
        match opened {
            Some(taking) => Ok(taking),
            None => self.create().map(Taking::Anew),
        }
    }

    fn create(&self) -> io::Result<Anew> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.unnamed)?;
        let sink = self.recipients.seal(Summed::new(file, Arc::clone(&self.shown)))?;
        Ok(Anew { sink, sum: Sha256::new(), bytes: 0 })
    }

    /// A file that begins as the stored one does.
    fn anew(&self, stored: &mut File, bytes: u64) -> io::Result<Anew> {
        let mut file = self.create()?;
        stored.seek(SeekFrom::Start(0))?;
        if io::copy(&mut stored.take(bytes), &mut file)? != bytes {
            return Err(io::Error::other("an object changes while it is compared"));
        }
        Ok(file)
    }

    /// The file is at its end; `at` is where it belongs.
    pub fn store(&mut self, file: String, at: u64) -> io::Result<()> {
        let object = match self.taking.take() {
            None => return Err(io::Error::other("no large file was begun")),
            Some(Taking::Anew(written)) => self.name(written)?,
            Some(Taking::Same { mut stored, path, sum, bytes }) => {
                let sha256 = units::hexadecimal(&sum.finalize());
                if path == path_of(&sha256) && stored.read(&mut [0])? == 0 {
                    Object { part: BackupPart { path, bytes, sha256 }, ..Object::default() }
                } else {
                    let written = self.anew(&mut stored, bytes)?;
                    self.name(written)?
                }
            }
        };
        // Whoever cannot read what is encrypted need not know what it is called.
        let file = if self.recipients.is_empty() { file } else { String::new() };
        self.stored.push(Object { file, at, ..object });
        Ok(())
    }

    /// Gives what was written its name, or lets it go where the same is stored already.
    fn name(&self, written: Anew) -> io::Result<Object> {
        let Anew { sink, sum, bytes: raw_bytes } = written;
        let Sum { bytes, sha256 } = sink.finish()?;
        let raw = units::hexadecimal(&sum.finalize());
        let (name, before, raw_bytes) = if self.recipients.is_empty() {
            let found = self.look_at(&raw).filter(|found| found.sha256 == raw);
            (raw, found, None)
        } else {
            let stem = sealed_stem(&raw, &self.recipients.tag());
            (sealed_name(&stem, &sha256), self.sealed_before(&stem)?, Some(raw_bytes))
        };
        if let Some(part) = before {
            std::fs::remove_file(&self.unnamed)?;
            return Ok(Object { part, raw_bytes, ..Object::default() });
        }
        super::place(&self.stack_directory, &self.unnamed, &below_stack(&name))?;
        let part = BackupPart { path: path_of(&name), bytes, sha256 };
        Ok(Object { part, raw_bytes, ..Object::default() })
    }

    /// The same content, encrypted to the same, that is whole: its bytes are those of its name, or those that a manifest
    /// says. One that is neither has rotted, or nobody can tell, and is left to those that refer to it.
    fn sealed_before(&self, stem: &str) -> io::Result<Option<BackupPart>> {
        let any = self.stack_directory.join(below_stack(stem));
        let listed = match any.parent().map(std::fs::read_dir) {
            Some(Ok(listed)) => listed.collect::<io::Result<Vec<_>>>()?,
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Some(Err(_)) | None => Vec::new(),
        };
        let mut names: Vec<String> =
            listed.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| name.starts_with(stem) && is_sealed(name));
        // What several might be taken for is the same each time.
        names.sort();
        let is_whole = |name: &str, found: &BackupPart| {
            name == sealed_name(stem, &found.sha256) || self.known.iter().any(|known| known.part == *found)
        };
        Ok(names.iter().find_map(|name| self.look_at(name).filter(|found| is_whole(name, found))))
    }

    fn look_at(&self, name: &str) -> Option<BackupPart> {
        let (bytes, sha256) = look(&self.stack_directory.join(below_stack(name)))?;
        Some(BackupPart { path: path_of(name), bytes, sha256 })
    }
}

/// Whether the stored file goes on with these bytes.
fn is_next(stored: &mut File, bytes: &[u8]) -> bool {
    let mut buffer = vec![0; bytes.len()];
    stored.read_exact(&mut buffer).is_ok() && buffer == bytes
}

/// The length and the sum of a stored file; `None` where there is none that can be read.
pub fn look(place: &Path) -> Option<(u64, String)> {
    let mut file = verify::open(place).ok()?;
    let (mut buffer, mut sum, mut bytes) = (vec![0; BUFFER], Sha256::new(), 0);
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some((bytes, units::hexadecimal(&sum.finalize()))),
            count => {
                sum.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
}
