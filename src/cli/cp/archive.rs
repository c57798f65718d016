//! Archives from the daemon to a thread that works with files.

use crate::domain::Fault;
use crate::engine::ArchiveStream;
use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// So many pieces of an archive are on their way at a time.
const PIECES: usize = 16;

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
