//! One container's log: read, filtered, and where only its last lines are wanted, held until its end is reached.

use super::filter::{Filter, Sieve};
use crate::domain::{Fault, LogSource, RawLine};
use crate::engine::{LogBlock, LogBlocks};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// A log that is followed has come to its end when nothing followed for so long.
const QUIET: Duration = Duration::from_millis(500);

pub struct Source {
    stream: LogBlocks,
    /// With the moment at which each came.
    blocks: VecDeque<(Instant, LogBlock)>,
    /// The next line of the first block.
    at: usize,
    sieve: Option<Sieve>,
    held: Option<Held>,
    over: bool,
    fault: Option<Fault>,
}

/// The last lines so far of those that pass the filter: there is no knowing which of them are the last of all.
struct Held {
    most: usize,
    lines: VecDeque<Line>,
    /// A line that was written after this is one of those that are followed.
    started: Timestamp,
    heard: Instant,
}

struct Line {
    time: Option<Timestamp>,
    source: LogSource,
    bytes: Box<[u8]>,
    cut_bytes: u32,
}

impl Source {
    /// `last` is how many lines are wanted of those that pass the filter.
    pub fn new(
        stream: LogBlocks,
        filter: Option<Arc<Filter>>,
        last: Option<usize>,
        started: Timestamp,
    ) -> Self {
        let held = last.map(|most| Held { most, lines: VecDeque::new(), started, heard: Instant::now() });
        Self {
            stream,
            blocks: VecDeque::new(),
            at: 0,
            sieve: filter.map(Sieve::new),
            held,
            over: false,
            fault: None,
        }
    }

    /// Reads until so many blocks wait here or nothing more is there yet.
    pub fn fill(&mut self, context: &mut Context<'_>, most: usize) {
        while !self.over && self.blocks.len() < most {
            match self.stream.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(block))) => self.add(block),
                Poll::Ready(Some(Err(fault))) => self.fault = Some(fault),
                Poll::Ready(None) => {
                    self.over = true;
                    self.release();
                }
                Poll::Pending => break,
            }
        }
    }

    pub fn head(&self) -> Option<RawLine<'_>> {
        self.blocks.front()?.1.line(self.at)
    }

    /// When the next line came to us.
    pub fn arrived(&self) -> Option<Instant> {
        self.blocks.front().map(|(arrived, _)| *arrived)
    }

    /// Goes on to the line after the next one.
    pub fn advance(&mut self) {
        self.at += 1;
        if self.blocks.front().is_some_and(|(_, block)| self.at >= block.len()) {
            self.blocks.pop_front();
            self.at = 0;
        }
    }

    /// Whether the line before the next one ended a block.
    pub fn at_the_beginning(&self) -> bool {
        self.at == 0
    }

    pub fn waiting(&self) -> usize {
        self.blocks.len()
    }

    /// There will be no more than what waits here.
    pub fn is_over(&self) -> bool {
        self.over
    }

    pub fn fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// When what is held is let go, if nothing more comes.
    pub fn quiet_at(&self) -> Option<Instant> {
        self.held.as_ref().filter(|held| !held.lines.is_empty()).map(|held| held.heard + QUIET)
    }

    /// Lets go what is held if it has been quiet for long enough.
    pub fn settle(&mut self, now: Instant) {
        if self.quiet_at().is_some_and(|at| at <= now) {
            self.release();
        }
    }

    fn add(&mut self, block: LogBlock) {
        let Some(sieve) = &mut self.sieve else {
            self.blocks.push_back((Instant::now(), block));
            return;
        };
        let mut kept = LogBlock::default();
        for line in block.iter() {
            let passes = sieve.passes(line);
            if self.held.as_ref().is_some_and(|held| line.time.is_some_and(|time| time >= held.started)) {
                release(&mut self.held, &mut kept);
            }
            match &mut self.held {
                Some(held) if passes => held.push(line),
                None if passes => kept.push(line),
                Some(_) | None => {}
            }
        }
        if let Some(held) = &mut self.held {
            held.heard = Instant::now();
        }
        if !kept.is_empty() {
            self.blocks.push_back((Instant::now(), kept));
        }
    }

    fn release(&mut self) {
        let mut block = LogBlock::default();
        release(&mut self.held, &mut block);
        if !block.is_empty() {
            self.blocks.push_back((Instant::now(), block));
        }
    }
}

fn release(held: &mut Option<Held>, block: &mut LogBlock) {
    for line in held.take().into_iter().flat_map(|held| held.lines) {
        let Line { time, source, bytes, cut_bytes } = line;
        block.push(RawLine { time, source, bytes: &bytes, cut_bytes });
    }
}

impl Held {
    fn push(&mut self, line: RawLine<'_>) {
        let RawLine { time, source, bytes, cut_bytes } = line;
        self.lines.push_back(Line { time, source, bytes: bytes.into(), cut_bytes });
        if self.lines.len() > self.most {
            self.lines.pop_front();
        }
    }
}
