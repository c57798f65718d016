//! A file of the bundle in the making: packed, summed up and written on a thread of its own, so that the stream it comes
//! from is taken in meanwhile.
//!
//! Packing is zstd's, over several processors, with jobs of a bounded size: what is held does not grow with the file.

use super::seal::{Recipients, Sink};
use super::sink::{Sum, Summed};
use super::store::{Object, Vault};
use super::tar_count::{Piece, TarCounter, TarSummary};
use crate::domain::stack::BackupPart;
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use zstd::stream::raw::CParameter;

/// One below what `zstd` takes when nothing is said: dumps and files come out as large, or some hundredths larger, for half
/// of the processors' time, which the services that run meanwhile need more.
const LEVEL: i32 = 2;
/// More of them would take more memory than a backup may.
const MOST_WORKERS: u32 = 4;
/// Each job begins by reading the end of the one before again: with small ones packing takes a tenth longer. As large as
/// `zstd` itself makes them, as long as those of all workers together do not take more than they may.
const JOB_BYTES: u32 = 8 << 20;
const ALL_JOBS_BYTES: u32 = 16 << 20;
/// Chunks of up to 32 KiB that wait for the thread.
const WAITING: usize = 64;
/// What is kept to see whether a part begins as one of its kind.
const HEAD: usize = 512;

/// What is in a part besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Plain,
    /// A tar archive, whose entries are counted and whose end is looked for.
    Tar,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub part: BackupPart,
    pub raw_bytes: u64,
    pub head: Vec<u8>,
    pub tar: Option<TarSummary>,
    /// The large files of an archive, which are not in the part itself.
    pub objects: Vec<Object>,
}

/// Dropped before its end it closes its file, which the bundle takes away: an open one would keep its room.
pub struct PartWriter {
    sender: Option<mpsc::Sender<Bytes>>,
    thread: Option<JoinHandle<io::Result<Written>>>,
    raw_bytes: u64,
    packed: Arc<AtomicU64>,
    given_up: Arc<AtomicBool>,
}

impl PartWriter {
    /// Packs when the path says so, and encrypts where there are recipients. Large files of an archive go to the vault, if
    /// there is one.
    pub fn new(
        file: File,
        path: &str,
        form: Form,
        vault: Option<Vault>,
        recipients: &Recipients,
    ) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let packed = Arc::new(AtomicU64::new(0));
        let given_up = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&given_up);
        let sink = recipients.seal(Summed::new(file, Arc::clone(&packed)))?;
        let over = vault.as_ref().map(Vault::over);
        let tar = (form == Form::Tar).then(|| TarCounter::apart(over));
        let vault = vault.map(|vault| vault.shown_in(Arc::clone(&packed)));
        let raw = Raw { bytes: 0, head: Vec::new(), tar, vault, kept: 0 };
        let name = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("part".to_owned())
            .spawn(move || write(receiver, sink, name, raw, &stop))?;
        Ok(Self { sender: Some(sender), thread: Some(thread), raw_bytes: 0, packed, given_up })
    }

    /// How much it was given so far.
    pub fn raw_bytes(&self) -> u64 {
        self.raw_bytes
    }

    /// How much was written to the disk so far.
    pub fn packed_bytes(&self) -> u64 {
        self.packed.load(Ordering::Relaxed)
    }

    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.raw_bytes += bytes.len() as u64;
        if let Some(sender) = &self.sender
            && sender.send(bytes).await.is_ok()
        {
            return Ok(());
        }
        // It ends before it is told to only when it failed.
        match self.join().await {
            Ok(_) => Err(io::Error::other("the part was closed before its end")),
            Err(error) => Err(error),
        }
    }

    /// All of it is on the disk when this returns.
    pub async fn finish(mut self) -> io::Result<Written> {
        self.sender = None;
        self.join().await
    }

    async fn join(&mut self) -> io::Result<Written> {
        self.sender = None;
        let Some(thread) = self.thread.take() else {
            return Err(io::Error::other("the part is closed"));
        };
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        joined.map_err(io::Error::other)?.map_err(|_| io::Error::other("the writer of the part panicked"))?
    }
}

impl Drop for PartWriter {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            self.given_up.store(true, Ordering::Relaxed);
            // What waits for it is little, and is not seen to the disk.
            drop(thread.join());
        }
    }
}

fn write(
    mut receiver: mpsc::Receiver<Bytes>,
    sink: Sink,
    path: String,
    mut raw: Raw,
    given_up: &AtomicBool,
) -> io::Result<Written> {
    let sink = if super::manifest::is_packed(&path) {
        let mut encoder = encoder(sink)?;
        while let Some(chunk) = receiver.blocking_recv() {
            raw.take(&chunk, &mut encoder)?;
        }
        encoder.finish()?
    } else {
        let mut sink = sink;
        while let Some(chunk) = receiver.blocking_recv() {
            raw.take(&chunk, &mut sink)?;
        }
        sink
    };
    if given_up.load(Ordering::Relaxed) {
        return Err(io::Error::other("the part was given up"));
    }
    let Sum { bytes, sha256 } = sink.finish()?;
    Ok(Written {
        part: BackupPart { path, bytes, sha256 },
        raw_bytes: raw.bytes,
        head: raw.head,
        tar: raw.tar.map(TarCounter::finish),
        objects: raw.vault.map(Vault::finish).unwrap_or_default(),
    })
}

fn encoder(sink: Sink) -> io::Result<zstd::Encoder<'static, Sink>> {
    let mut encoder = zstd::Encoder::new(sink, LEVEL)?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = u32::try_from(processors).unwrap_or(MOST_WORKERS).min(MOST_WORKERS);
    encoder.multithread(workers)?;
    encoder.set_parameter(CParameter::JobSize(JOB_BYTES.min(ALL_JOBS_BYTES / workers)))?;
    // Whoever unpacks it with any zstd is told when a bit is not what it was.
    encoder.include_checksum(true)?;
    Ok(encoder)
}

/// What is seen of the bytes before they are packed.
struct Raw {
    bytes: u64,
    head: Vec<u8>,
    tar: Option<TarCounter>,
    /// Where large files go.
    vault: Option<Vault>,
    /// So many of the bytes are in the part itself.
    kept: u64,
}

impl Raw {
    fn take(&mut self, chunk: &[u8], sink: &mut dyn Write) -> io::Result<()> {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.bytes += chunk.len() as u64;
        let Some(tar) = &mut self.tar else { return sink.write_all(chunk) };
        let mut rest = chunk;
        while !rest.is_empty() {
            let (count, piece) = tar.next(rest);
            let (now, later) = rest.split_at(count);
            rest = later;
            match (piece, &mut self.vault) {
                (Piece::Large { last }, Some(vault)) => {
                    vault.write(&tar.large_name(), now)?;
                    if last {
                        vault.store(tar.large_name(), self.kept)?;
                    }
                }
                (Piece::Archive | Piece::Large { .. }, _) => {
                    self.kept += count as u64;
                    sink.write_all(now)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
