//! An archive between the thread that writes it and the connection that takes it, never held whole.

use crate::domain::Fault;
use bytes::Bytes;
use futures_util::{Stream, stream};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{Sender, channel};

/// What is written ahead of the daemon: so many chunks of that size.
const CHUNKS: usize = 8;
const CHUNK: usize = 128 * 1024;

pub type Archive = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// How the sending goes.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    bytes: Arc<AtomicU64>,
    failure: Arc<Mutex<Option<Fault>>>,
}

impl Sending {
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Why the archive could not be made to its end. `None` too when it was the daemon that took no more, whose own
    /// words say why.
    pub fn failure(&self) -> Option<Fault> {
        self.failure.lock().ok()?.take()
    }

    /// Why the daemon did not get it all: that the archive broke off is why the daemon gave up, not the other way round.
    pub fn cause_of(&self, fault: Fault) -> Fault {
        self.failure().unwrap_or(fault)
    }
}

/// What `write` writes. It runs in a thread of its own, no faster than what it writes is taken.
pub fn stream(
    write: impl FnOnce(&mut dyn Write) -> Result<(), Fault> + Send + 'static,
) -> (Archive, Sending) {
    let (sender, receiver) = channel(CHUNKS);
    let sending = Sending::default();
    let mut target =
        Chunks { sender, sending: sending.clone(), chunk: Vec::with_capacity(CHUNK), refused: false };
    std::thread::spawn(move || {
        let written = write(&mut target);
        let flushed = target.flush();
        if target.refused {
            return;
        }
        let error = match (written, flushed) {
            (Ok(()), Ok(())) => return,
            (Ok(()), Err(error)) => error,
            (Err(fault), _) => {
                let error = io::Error::other(fault.to_string());
                if let Ok(mut slot) = target.sending.failure.lock() {
                    slot.get_or_insert(fault);
                }
                error
            }
        };
        // Nobody may be there to hear it any more.
        let _ = target.sender.blocking_send(Err(error));
    });
    let archive = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    (Box::pin(archive), sending)
}

struct Chunks {
    sender: Sender<io::Result<Bytes>>,
    sending: Sending,
    chunk: Vec<u8>,
    /// Nobody takes what is written.
    refused: bool,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        if self.chunk.len() == CHUNK {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        let length = chunk.len() as u64;
        if self.sender.blocking_send(Ok(Bytes::from(chunk))).is_err() {
            self.refused = true;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.sending.bytes.fetch_add(length, Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use futures_util::StreamExt as _;

    fn fault(error: &io::Error) -> Fault {
        Fault::io("write", "archive", error)
    }

    #[tokio::test]
    async fn all_that_is_written_arrives_and_no_more_is_held_than_a_few_chunks() {
        let (mut archive, sending) = stream(|target| {
            for number in 0..64_u8 {
                target.write_all(&vec![number; CHUNK / 2 + 1]).map_err(|error| fault(&error))?;
            }
            Ok(())
        });
        let mut arrived = Vec::new();
        while let Some(chunk) = archive.next().await {
            arrived.extend_from_slice(&chunk.unwrap());
            let ahead = usize::try_from(sending.bytes()).unwrap().saturating_sub(arrived.len());
            assert!(ahead <= (CHUNKS + 1) * CHUNK, "{ahead} bytes wait");
        }
        let expected: Vec<u8> = (0..64).flat_map(|number| vec![number; CHUNK / 2 + 1]).collect();
        assert_eq!(arrived, expected);
        assert_eq!(sending.bytes(), expected.len() as u64);
        assert_eq!(sending.failure(), None);
    }

    #[tokio::test]
    async fn an_archive_that_breaks_off_says_why() {
        let (mut archive, sending) = stream(|target| {
            target.write_all(b"some").map_err(|error| fault(&error))?;
            Err(Fault::new(FaultKind::Conflict, "read", "file"))
        });
        assert_eq!(archive.next().await.unwrap().unwrap(), "some");
        assert!(archive.next().await.unwrap().is_err());
        let daemons = Fault::new(FaultKind::Unreachable, "send", "archive");
        assert_eq!(sending.cause_of(daemons).kind, FaultKind::Conflict);
    }

    #[tokio::test]
    async fn what_nobody_takes_any_more_is_no_failure_of_its_own() {
        let (archive, sending) = stream(|target| {
            loop {
                target.write_all(&vec![0; CHUNK]).map_err(|error| fault(&error))?;
            }
        });
        drop(archive);
        // The writing thread holds the other half until its end.
        while Arc::strong_count(&sending.failure) > 1 {
            tokio::task::yield_now().await;
        }
        let daemons = Fault::new(FaultKind::Refused, "send", "archive");
        assert_eq!(sending.cause_of(daemons).kind, FaultKind::Refused);
    }
}
