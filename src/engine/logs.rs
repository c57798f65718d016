//! A container's log as a stream of lines.

use super::connect::Engine;
use super::failure;
use super::lines::{Lines, LogError};
use super::raw::{ByteStream, segment};
use crate::domain::{ContainerId, Fault, FaultKind, LogLine};
use futures_util::{Stream, StreamExt, stream};
use hyper::Method;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::pin::Pin;

const OPERATION: &str = "read the log of container";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// Stay with the container as it writes on.
    pub follow: bool,
    /// Only so many of the last lines; `None` is all of them.
    pub tail: Option<u64>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Whether the container has a terminal; asked of the daemon when it is not known.
    pub tty: Option<bool>,
}

/// Ends when the log ends, or after its first fault. It does not end for being idle.
pub type LogStream = Pin<Box<dyn Stream<Item = Result<LogLine, Fault>> + Send>>;

struct Reader {
    container: ContainerId,
    bytes: ByteStream,
    lines: Lines,
    /// What one chunk of bytes held; refilled only when it is empty.
    ready: VecDeque<LogLine>,
    fault: Option<Fault>,
    over: bool,
}

impl Engine {
    pub fn logs(&self, id: &ContainerId, request: LogRequest) -> LogStream {
        let (engine, id) = (self.clone(), id.clone());
        let opened = stream::once(async move { engine.open_log(id, &request).await });
        Box::pin(opened.flat_map(|opened| match opened {
            Ok(reader) => read(reader).left_stream(),
            Err(fault) => stream::once(async { Err(fault) }).right_stream(),
        }))
    }

    async fn open_log(&self, id: ContainerId, request: &LogRequest) -> Result<Reader, Fault> {
        let tty = match request.tty {
            Some(tty) => tty,
            None => self.inspect(&id).await?.details.is_some_and(|details| details.tty),
        };
        let bytes = self.bytes(&Method::GET, &path(&id, request), None)?;
        let lines = Lines::new(id.clone(), tty);
        Ok(Reader { container: id, bytes, lines, ready: VecDeque::new(), fault: None, over: false })
    }
}

fn read(reader: Reader) -> impl Stream<Item = Result<LogLine, Fault>> + Send {
    stream::unfold(reader, |mut reader| async move {
        loop {
            if let Some(line) = reader.ready.pop_front() {
                return Some((Ok(line), reader));
            }
            if let Some(fault) = reader.fault.take() {
                return Some((Err(fault), reader));
            }
            if reader.over {
                return None;
            }
            reader.fill().await;
        }
    })
}

impl Reader {
    async fn fill(&mut self) {
        let Self { lines, ready, .. } = self;
        let emit = |line| ready.push_back(line);
        let outcome = match self.bytes.next().await {
            Some(Ok(chunk)) => lines.push(&chunk, emit),
            Some(Err(error)) => {
                self.over = true;
                self.fault = Some(failure::fault(error, OPERATION, self.container.short()));
                let _ = lines.finish(emit);
                return;
            }
            None => {
                self.over = true;
                lines.finish(emit)
            }
        };
        if let Err(error) = outcome {
            self.over = true;
            self.fault = Some(fault(error, &self.container));
        }
    }
}

fn fault(error: LogError, container: &ContainerId) -> Fault {
    match error {
        LogError::Frame(error) => Fault::new(FaultKind::Unreachable, OPERATION, container.short())
            .because(error.to_string())
            .hint("the connection to the daemon broke; the log is read again when it is back"),
        LogError::Daemon(text) => failure::answered(500, &text, OPERATION, container.short()),
    }
}

fn path(id: &ContainerId, request: &LogRequest) -> String {
    let mut path = format!("/containers/{}/logs?stdout=true&stderr=true&timestamps=true", segment(&id.0));
    if request.follow {
        path.push_str("&follow=true");
    }
    match request.tail {
        Some(count) => _ = write!(path, "&tail={count}"),
        None => path.push_str("&tail=all"),
    }
    for (key, time) in [("since", request.since), ("until", request.until)] {
        if let Some(time) = time {
            _ = write!(path, "&{key}={}", exact(time));
        }
    }
    path
}

/// Seconds and nanoseconds, as the daemon reads them.
pub(super) fn exact(time: Timestamp) -> String {
    let time = time.as_nanosecond().max(0);
    format!("{}.{:09}", time / 1_000_000_000, time % 1_000_000_000)
}

#[cfg(test)]
mod tests;
