//! A part of the bundle as the input of a tool in a container.
//!
//! It is read and unpacked on a thread of its own, and summed up on the way: what the tool got is what the manifest says,
//! or it is as if nothing had been given. How the tool ended only its exit code tells.

mod archive;

pub use archive::Rules;

use super::ManifestPart;
use super::source::{self, Shelf};
use super::stream::{COMPLAINT_LIMIT, Ended, LONGEST, keep, lossy};
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::{Engine, ExecChunk, ExecRequest, SessionOptions};
use bytes::Bytes;
use futures_util::StreamExt;
use std::cell::Cell;
use std::io::{self, Read};
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

const PIECE: usize = 128 << 10;
const WAITING: usize = 16;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A tool that takes nothing for so long, and says nothing, while there is more for it hangs.
const IDLE_LIMIT: Duration = Duration::from_mins(15);

pub struct Feed {
    pub shelf: Shelf,
    pub part: ManifestPart,
    /// What an archive has to keep to.
    pub rules: Option<Rules>,
}

/// Whoever is told how far it is, and asked whether to go on.
pub struct Watch<'run> {
    pub told: &'run dyn Fn(u64),
    pub cancelled: &'run dyn Fn() -> bool,
}

/// Of a program whose end ends all of it.
pub const UNWATCHED: Watch<'static> = Watch { told: &|_| (), cancelled: &|| false };

impl Feed {
    pub fn new(shelf: &Shelf, part: &ManifestPart, rules: Option<Rules>) -> Self {
        Self { shelf: shelf.clone(), part: part.clone(), rules }
    }

    /// Runs the command with the part as its input. What the tool has to say is in what is returned, its exit code too.
    pub async fn into_tool(
        self,
        engine: &Engine,
        container: &ContainerId,
        request: &ExecRequest,
        watch: &Watch<'_>,
    ) -> Result<Ended, Fault> {
        let object = self.part.part.path.clone();
        let options = SessionOptions { stdin: true, ..SessionOptions::default() };
        let mut session = engine.exec_session(container, request, &options).await?;
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let reader = tokio::task::spawn_blocking(move || self.read(&sender));
        let (mut output, mut complaints) = (Vec::new(), Vec::new());
        let moved = Cell::new(Instant::now());
        {
            let mut input = session.input;
            let told = watch.told;
            let moved = &moved;
            let mut write = pin!(async move {
                let mut done = 0;
                while let Some(bytes) = receiver.recv().await {
                    let bytes: Bytes = bytes;
                    if input.write_all(&bytes).await.is_err() {
                        // The tool has ended; its exit code says why.
                        return;
                    }
                    done += bytes.len() as u64;
                    moved.set(Instant::now());
                    told(done);
                }
                // Without this end it would wait for more.
                drop(input.shutdown().await);
            });
            let mut written = false;
            loop {
                tokio::select! {
                    () = &mut write, if !written => written = true,
                    chunk = session.output.next() => match chunk.transpose()? {
                        Some(ExecChunk::Stdout(bytes)) => {
                            moved.set(Instant::now());
                            keep(&mut output, &bytes, COMPLAINT_LIMIT);
                        }
                        Some(ExecChunk::Stderr(bytes)) => {
                            moved.set(Instant::now());
                            keep(&mut complaints, &bytes, COMPLAINT_LIMIT);
                        }
                        None => break,
                    },
                    () = tokio::time::sleep(LOOK_EVERY) => {
                        if (watch.cancelled)() {
                            return Err(cancelled(&object));
                        }
                        if moved.get().elapsed() > patience(written) {
                            return Err(idle(&object, patience(written)));
                        }
                    }
                }
            }
        }
        let read = reader.await.map_err(|error| {
            Fault::new(FaultKind::Internal, "read", &object).because("its reader panicked").caused_by(&error)
        })?;
        let code = session.program.exit_code().await?.ok_or_else(|| {
            Fault::new(FaultKind::Unreachable, "unpack", &object)
                .because("the tool's output ended while it still runs")
        })?;
        match read {
            Err(Stopped::Fault(fault)) => return Err(fault),
            // The tool did not want all of it: then it must say that it failed.
            Err(Stopped::Unwanted) if code == 0 => {
                return Err(Fault::new(FaultKind::Refused, "unpack", &object)
                    .because("the tool ended before it had read all"));
            }
            Err(Stopped::Unwanted) | Ok(()) => {}
        }
        Ok(Ended { code, output: lossy(&output), complaints: lossy(&complaints) })
    }

    fn read(&self, sender: &mpsc::Sender<Bytes>) -> Result<(), Stopped> {
        let fault = |error: io::Error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Stopped::Unwanted;
            }
            let path = self.shelf.directory.join(&self.part.part.path);
            let mut fault = Fault::io("read", path.display(), &error);
            if error.kind() == io::ErrorKind::InvalidData {
                fault.kind = FaultKind::Invalid;
            }
            Stopped::Fault(fault.hint(
                "`mcp-tui backup verify` tells what is wrong with it; look at the disk that it lies on; nothing was put \
                 in place",
            ))
        };
        let mut reader = source::open(&self.shelf, &self.part).map_err(fault)?;
        let mut send = |bytes: &[u8]| {
            sender
                .blocking_send(Bytes::copy_from_slice(bytes))
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
        };
        match &self.rules {
            Some(rules) => {
                if let Err(fault) = archive::pass(&mut reader, rules, &mut send) {
                    let unwanted = sender.is_closed();
                    return Err(if unwanted { Stopped::Unwanted } else { Stopped::Fault(fault) });
                }
            }
            None => plain(&mut reader, self.part.raw_bytes(), &mut send).map_err(fault)?,
        }
        // Sums are told at the end.
        io::copy(&mut reader, &mut io::sink()).map_err(fault)?;
        Ok(())
    }
}

/// With all that it was given it may be at work for long, as one that makes the indexes of large tables is.
fn patience(has_all: bool) -> Duration {
    if has_all { LONGEST } else { IDLE_LIMIT }
}

fn cancelled(object: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, "unpack", object)
        .because("ended on request; what is in use was not touched")
}

fn idle(object: &str, limit: Duration) -> Fault {
    Fault::new(FaultKind::Timeout, "unpack", object)
        .because(format!("the tool took nothing and said nothing for {} minutes", limit.as_secs() / 60))
        .hint("look at the log of its container; what is in use was not touched")
}

enum Stopped {
    Fault(Fault),
    /// Nobody reads any more.
    Unwanted,
}

fn plain(
    mut reader: impl Read,
    expected: u64,
    send: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    let mut read = 0;
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        read += count as u64;
        if read > expected {
            break;
        }
        send(&piece[..count])?;
    }
    if read == expected {
        return Ok(());
    }
    let cause = format!("unpacked it is not the {expected} bytes that the manifest says");
    Err(io::Error::new(io::ErrorKind::InvalidData, cause))
}

#[cfg(test)]
mod tests;
