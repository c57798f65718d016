//! Tar archives between a thread that works with files and a connection that must not wait for them.

use crate::domain::Fault;
use crate::engine::{ArchiveStream, Upload};
use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use std::io::{self, Read, Write};
use tokio::sync::mpsc;

/// So many pieces of an archive are on their way at a time.
const PIECES: usize = 16;
const PIECE: usize = 64 * 1024;

/// Reads what arrives from the daemon in a thread of its own.
pub async fn unpack<T: Send + 'static>(
    mut archive: ArchiveStream,
    work: impl FnOnce(&mut dyn Read) -> io::Result<T> + Send + 'static,
) -> Result<io::Result<T>, Fault> {
    let (sender, receiver) = mpsc::channel::<Bytes>(PIECES);
    let worker = tokio::task::spawn_blocking(move || {
        let mut reader = Incoming { receiver, piece: Bytes::new() };
        let done = work(&mut reader);
        // What follows the last entry must be taken as well, or the sender would wait for ever.
        io::copy(&mut reader, &mut io::sink()).and(done)
    });
    let mut failed = None;
    while let Some(piece) = archive.next().await {
        match piece {
            Ok(piece) => {
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
            Err(fault) => {
                failed = Some(fault);
                break;
            }
        }
    }
    drop(sender);
    let done = worker.await.map_err(|error| Fault::io("unpack", "the archive", &io::Error::other(error)))?;
    failed.map_or(Ok(done), Err)
}

/// An archive that a thread of its own writes while it is sent.
pub fn pack(work: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Upload {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut writer = Outgoing { sender: sender.clone(), piece: Vec::with_capacity(PIECE) };
        if let Err(error) = work(&mut writer).and_then(|()| writer.flush()) {
            // Nobody listens any more when the daemon has refused the archive, which it says itself.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Box::pin(futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    }))
}

struct Incoming {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.piece.has_remaining() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

struct Outgoing {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
