//! A container's log as a stream of lines.

mod block;
mod pieces;
mod read;

pub use block::LogBlock;
pub use pieces::LogPieces;

use super::connect::Engine;
use super::lines::Format;
use super::raw::segment;
use crate::domain::{ContainerId, Fault, LogGates, LogLine, LogLineRef, LogLines};
use futures_util::{Stream, StreamExt, stream};
use hyper::Method;
use jiff::Timestamp;
use read::Reader;
use std::fmt::Write as _;
use std::pin::Pin;

const OPERATION: &str = "read the log of container";
/// Bytes up to which the pieces of a line are put together where nobody asks for more.
const LINE_CEILING: usize = 64 * 1024;

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
    /// Lines need no times: the daemon is spared writing them and we are spared reading them.
    pub untimed: bool,
    /// Bytes up to which the pieces of a line are put together, if not 64 KiB; what is beyond is counted.
    pub longest_line: Option<usize>,
}

/// Ends when the log ends, or after its first fault. It does not end for being idle.
pub type LogStream = Pin<Box<dyn Stream<Item = Result<LogLine, Fault>> + Send>>;

/// The same in blocks of lines, each of which is handed on some milliseconds after its first line at the latest.
pub type LogBlocks = Pin<Box<dyn Stream<Item = Result<LogBlock, Fault>> + Send>>;

impl Engine {
    /// Lines as they came.
    pub fn log_blocks(&self, id: &ContainerId, request: LogRequest) -> LogBlocks {
        let (engine, id) = (self.clone(), id.clone());
        let opened = stream::once(async move { engine.open_log(id, &request).await });
        Box::pin(opened.flat_map(|opened| match opened {
            Ok(mut reader) => stream::poll_fn(move |context| reader.poll(context)).left_stream(),
            Err(fault) => stream::once(async { Err(fault) }).right_stream(),
        }))
    }

    /// Lines that have passed the gate, one by one.
    pub fn logs(&self, id: &ContainerId, request: LogRequest) -> LogStream {
        let (container, mut gates) = (id.clone(), LogGates::default());
        let blocks = self.log_blocks(id, request).map(move |block| {
            let mut lines = LogLines::default();
            let fault = match block {
                Ok(block) => {
                    block.iter().for_each(|line| lines.push(&container, line, &mut gates));
                    None
                }
                Err(fault) => Some(fault),
            };
            let lines: Vec<_> = lines.iter().map(LogLineRef::to_line).map(Ok).chain(fault.map(Err)).collect();
            stream::iter(lines)
        });
        Box::pin(blocks.flatten())
    }

    async fn open_log(&self, id: ContainerId, request: &LogRequest) -> Result<Reader, Fault> {
        let tty = match request.tty {
            Some(tty) => tty,
            None => self.inspect(&id).await?.details.is_some_and(|details| details.tty),
        };
        let body = self.bytes(&Method::GET, &path(&id, request), None)?;
        let format = Format {
            terminal: tty,
            timed: !request.untimed,
            ceiling: request.longest_line.unwrap_or(LINE_CEILING),
        };
        Ok(Reader::new(id, body, format))
    }
}

fn path(id: &ContainerId, request: &LogRequest) -> String {
    let mut path = format!("/containers/{}/logs?stdout=true&stderr=true", segment(&id.0));
    if !request.untimed {
        path.push_str("&timestamps=true");
    }
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
