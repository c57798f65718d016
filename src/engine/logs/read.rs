//! From a response's body to blocks of lines.

use super::OPERATION;
use super::block::LogBlock;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::failure;
use crate::engine::lines::{Format, Lines, LogError};
use crate::engine::raw::ByteStream;
use bytes::Bytes;
use futures_util::StreamExt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// A block is handed on when it holds so much.
const BLOCK_BYTES: usize = 128 * 1024;
/// Or when nothing followed for so long: a daemon sends each line by itself, and a block of one line would cost more
/// than the line.
const LINGER: Duration = Duration::from_millis(5);

pub(super) struct Reader {
    container: ContainerId,
    body: ByteStream,
    lines: Lines,
    block: LogBlock,
    /// When the block is handed on, if it has been begun.
    due: Pin<Box<Sleep>>,
    begun: bool,
    fault: Option<Fault>,
    over: bool,
}

impl Reader {
    pub fn new(container: ContainerId, body: ByteStream, format: Format) -> Self {
        Self {
            container,
            body,
            lines: Lines::new(format),
            block: LogBlock::default(),
            due: Box::pin(sleep(LINGER)),
            begun: false,
            fault: None,
            over: false,
        }
    }

    /// After a fault there is nothing more.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<LogBlock, Fault>>> {
        loop {
            if self.block.size() >= BLOCK_BYTES || (self.over && !self.block.is_empty()) {
                return Poll::Ready(Some(Ok(self.take())));
            }
            if self.over {
                return Poll::Ready(self.fault.take().map(Err));
            }
            if let Poll::Ready(chunk) = self.body.poll_next_unpin(context) {
                self.read(chunk);
                continue;
            }
            if self.block.is_empty() {
                return Poll::Pending;
            }
            if !self.begun {
                self.begun = true;
                self.due.as_mut().reset(Instant::now() + LINGER);
            }
            ready!(self.due.as_mut().poll(context));
            return Poll::Ready(Some(Ok(self.take())));
        }
    }

    fn take(&mut self) -> LogBlock {
        self.begun = false;
        std::mem::take(&mut self.block)
    }

    fn read(&mut self, chunk: Option<Result<Bytes, bollard::errors::Error>>) {
        let Self { lines, block, .. } = self;
        let emit = |line: crate::domain::RawLine<'_>| block.push(line);
        let outcome = match chunk {
            Some(Ok(chunk)) => lines.push(chunk, emit),
            Some(Err(error)) => {
                self.over = true;
                self.fault = Some(failure::fault(error, OPERATION, self.container.short()));
                // That the last frame is cut is not worth telling beside why.
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
