//! One container's log: read, filtered, and where only its last lines are wanted, held until its end is reached.

use super::filter::{Filter, Judged, Sieve};
use crate::domain::log::{Course, Epochs, Level, Place};
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
    blocks: VecDeque<Waiting>,
    /// The next line of the first block.
    at: usize,
    /// Where the next line stands, once that was asked.
    placed: Option<Place>,
    course: Course,
    sieve: Option<Sieve>,
    held: Option<Held>,
    /// The time of the newest line that was read, whether it is shown or not.
    last: Option<Timestamp>,
    over: bool,
    /// That it is over was told.
    told: bool,
    fault: Option<Fault>,
}

struct Waiting {
    arrived: Instant,
    block: LogBlock,
    /// Of each line, where they are told.
    levels: Vec<Option<Level>>,
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
    level: Option<Level>,
    record: Option<u64>,
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
            placed: None,
            course: Course::default(),
            sieve: filter.map(Sieve::new),
            held,
            last: None,
            over: false,
            told: false,
            fault: None,
        }
    }

    /// Goes on with another log of the same container: that of its next run.
    pub fn reopen(&mut self, stream: LogBlocks) {
        self.stream = stream;
        self.over = false;
        self.told = false;
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
        self.blocks.front()?.block.line(self.at)
    }

    /// Where the next line stands among those of all containers. One without a time stays behind the one before it.
    pub fn place(&mut self, epochs: &mut Epochs) -> Option<Place> {
        if self.placed.is_none() {
            let line = self.head()?;
            let mut course = self.course;
            self.placed = Some(match nanoseconds(line) {
                Some(time) => epochs.place(&mut course, time, || !self.steps_back(time)).place,
                None => course.at(),
            });
            self.course = course;
        }
        self.placed
    }

    /// Whether the clock went back between the next line, which has this time, and the last one that waits.
    fn steps_back(&self, time: i64) -> bool {
        let mut course = self.course;
        course.pass(time);
        let mut skip = self.at + 1;
        self.blocks.iter().any(|waiting| {
            let from = std::mem::take(&mut skip);
            (from..waiting.block.len()).filter_map(|index| nanoseconds(waiting.block.line(index)?)).any(
                |time| {
                    let steps_back = course.steps_back(time);
                    course.pass(time);
                    steps_back
                },
            )
        })
    }

    /// The level of the next line, if levels are told and it has one.
    pub fn level(&self) -> Option<Level> {
        self.blocks.front()?.levels.get(self.at).copied().flatten()
    }

    /// The time of the newest line that was read.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// When the next line came to us.
    pub fn arrived(&self) -> Option<Instant> {
        self.blocks.front().map(|waiting| waiting.arrived)
    }

    /// Goes on to the line after the next one.
    pub fn advance(&mut self) {
        self.at += 1;
        self.placed = None;
        if self.blocks.front().is_some_and(|waiting| self.at >= waiting.block.len()) {
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

    /// Once all that was read before it has been shown.
    pub fn fault(&mut self) -> Option<Fault> {
        if self.blocks.is_empty() { self.fault.take() } else { None }
    }

    /// Whether all of it has been shown. True once for each end.
    pub fn has_ended(&mut self) -> bool {
        let ends = self.over && !self.told && self.blocks.is_empty();
        self.told |= ends;
        ends
    }

    /// It is over, and that was told.
    pub fn is_done(&self) -> bool {
        self.told
    }

    /// A fault or its end is to be told.
    pub fn has_news(&self) -> bool {
        self.blocks.is_empty() && (self.fault.is_some() || self.over && !self.told)
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
        self.last = block.len().checked_sub(1).and_then(|last| block.line(last)?.time).or(self.last);
        let Some(sieve) = &mut self.sieve else {
            self.blocks.push_back(Waiting::new(block, Vec::new()));
            return;
        };
        if self.held.is_none() && sieve.filter().keeps_all() {
            let levels = block.iter().map(|line| sieve.judge(line).level).collect();
            self.blocks.push_back(Waiting::new(block, levels));
            return;
        }
        let mut kept = Waiting::new(LogBlock::default(), Vec::new());
        for line in block.iter() {
            let judged = sieve.judge(line);
            if self.held.as_ref().is_some_and(|held| line.time.is_some_and(|time| time >= held.started)) {
                release(&mut self.held, &mut kept);
            }
            match &mut self.held {
                Some(held) if judged.passes => held.push(line, judged),
                None if judged.passes => kept.push(line, judged.level),
                Some(_) | None => {}
            }
        }
        if let Some(held) = &mut self.held {
            held.heard = Instant::now();
        }
        if !kept.block.is_empty() {
            self.blocks.push_back(kept);
        }
    }

    fn release(&mut self) {
        let mut kept = Waiting::new(LogBlock::default(), Vec::new());
        release(&mut self.held, &mut kept);
        if !kept.block.is_empty() {
            self.blocks.push_back(kept);
        }
    }
}

/// What lies outside of 1677 to 2262 has no time.
fn nanoseconds(line: RawLine<'_>) -> Option<i64> {
    i64::try_from(line.time?.as_nanosecond()).ok()
}

fn release(held: &mut Option<Held>, kept: &mut Waiting) {
    for line in held.take().into_iter().flat_map(|held| held.lines) {
        let Line { time, source, bytes, cut_bytes, level, record: _ } = line;
        kept.push(RawLine { time, source, bytes: &bytes, cut_bytes }, level);
    }
}

impl Waiting {
    fn new(block: LogBlock, levels: Vec<Option<Level>>) -> Self {
        Self { arrived: Instant::now(), block, levels }
    }

    fn push(&mut self, line: RawLine<'_>, level: Option<Level>) {
        self.block.push(line);
        self.levels.push(level);
    }
}

impl Held {
    /// What is more than is wanted goes, but for the beginning of the record that the first wanted line is of: a
    /// traceback without its head tells nothing. A record's length is limited.
    fn push(&mut self, line: RawLine<'_>, judged: Judged) {
        let RawLine { time, source, bytes, cut_bytes } = line;
        let Judged { level, record, passes: _ } = judged;
        self.lines.push_back(Line { time, source, bytes: bytes.into(), cut_bytes, level, record });
        while self.lines.len() > self.most {
            let wanted = self.lines.get(self.lines.len() - self.most).and_then(|line| line.record);
            if wanted.is_some() && wanted == self.lines.front().and_then(|line| line.record) {
                break;
            }
            self.lines.pop_front();
        }
    }
}
