//! Lines on their way to the loop: joined to batches, and given up oldest first, and counted, when it takes too long to
//! take them.

use crate::app::{LogBatch, LogEnd};
use crate::domain::{ContainerId, LogLines};
use std::collections::{HashMap, VecDeque};

/// One message to the loop holds no more than this and one block: less than a millisecond of work.
const BATCH_BYTES: usize = 256 * 1024;
/// What waits here when the loop takes nothing.
const MOST_BYTES: usize = 4 << 20;

pub struct Pending {
    generation: u64,
    blocks: VecDeque<LogLines>,
    bytes: usize,
    dropped: HashMap<ContainerId, u64>,
    ended: Vec<LogEnd>,
}

impl Pending {
    pub fn new(generation: u64) -> Self {
        Self { generation, blocks: VecDeque::new(), bytes: 0, dropped: HashMap::new(), ended: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.ended.is_empty()
    }

    /// Whether it is worth a batch, however short the time.
    pub fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
    }

    pub fn add(&mut self, lines: LogLines) {
        self.bytes += lines.bytes();
        self.blocks.push_back(lines);
        while self.bytes > MOST_BYTES
            && let Some(oldest) = self.remove()
        {
            for (container, count) in oldest.counts() {
                *self.dropped.entry(container.clone()).or_default() += count;
            }
        }
    }

    /// The end of a stream is told behind its last lines, and never dropped.
    pub fn end(&mut self, end: LogEnd) {
        self.ended.push(end);
    }

    /// The oldest of it, as one batch.
    pub fn take(&mut self) -> LogBatch {
        let mut lines = self.remove().unwrap_or_default();
        while let Some(next) = self.blocks.front()
            && lines.bytes() + next.bytes() <= BATCH_BYTES
            && let Some(next) = self.remove()
        {
            // The ring puts them in order; here each container's stay as they came, which tells what was read.
            lines.append(&next);
        }
        // Those that were dropped came before all that is here.
        let dropped = self.dropped.drain().collect();
        let ended = if self.blocks.is_empty() { std::mem::take(&mut self.ended) } else { Vec::new() };
        LogBatch { generation: self.generation, lines, dropped, ended }
    }

    fn remove(&mut self) -> Option<LogLines> {
        let block = self.blocks.pop_front()?;
        self.bytes -= block.bytes();
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LogGates, LogSource, RawLine};
    use jiff::Timestamp;

    fn block(container: &str, from: i128, count: usize) -> LogLines {
        let mut lines = LogLines::default();
        let mut gates = LogGates::default();
        for time in (from..).take(count) {
            let time = Timestamp::from_nanosecond(time).ok();
            let line = RawLine { time, source: LogSource::Stdout, bytes: &[b'x'; 100], cut_bytes: 0 };
            lines.push(&ContainerId(container.to_owned()), line, &mut gates);
        }
        lines
    }

    #[test]
    fn blocks_of_several_containers_become_one() {
        let mut pending = Pending::new(7);
        assert!(pending.is_empty());
        pending.add(block("a", 10, 2));
        pending.add(block("b", 5, 1));
        pending.end(LogEnd { container: ContainerId("b".to_owned()), fault: None });
        let batch = pending.take();
        assert_eq!((batch.generation, batch.ended.len()), (7, 1));
        let order: Vec<&str> = batch.lines.iter().map(|line| line.container.0.as_str()).collect();
        assert_eq!(order, ["a", "a", "b"]);
        assert!(pending.is_empty() && batch.dropped.is_empty());
    }

    #[test]
    fn a_batch_is_bounded_and_an_end_comes_behind_the_last_line() {
        let mut pending = Pending::new(1);
        for round in 0..20 {
            pending.add(block("a", round * 1000, 500));
        }
        pending.end(LogEnd { container: ContainerId("a".to_owned()), fault: None });
        let mut lines = 0;
        while !pending.is_empty() {
            let batch = pending.take();
            assert!(batch.lines.bytes() <= BATCH_BYTES);
            lines += batch.lines.len();
            assert_eq!(batch.ended.is_empty(), !pending.is_empty());
        }
        assert_eq!(lines, 10_000);
    }

    #[test]
    fn what_nobody_takes_is_bounded_and_counted() {
        let mut pending = Pending::new(1);
        for round in 0..200 {
            pending.add(block(if round % 2 == 0 { "a" } else { "b" }, round * 1000, 500));
            assert!(pending.bytes <= MOST_BYTES);
        }
        let (mut lines, mut dropped) = (0, 0);
        while !pending.is_empty() {
            let batch = pending.take();
            lines += batch.lines.len() as u64;
            dropped += batch.dropped.iter().map(|(_, count)| count).sum::<u64>();
        }
        assert!(dropped > 0 && lines > 0);
        assert_eq!(lines + dropped, 100_000, "each line is there or counted");
    }
}
