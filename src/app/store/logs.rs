//! The lines of the followed streams: a ring bounded by bytes whose lines have sequence numbers, so that a place in
//! it can be held while old lines go and new ones come.
//!
//! Text, colours and records lie in a few large segments that are given up whole, so a line costs no allocation of
//! its own, and 100,000 lines a second are copied once and that is all. Lines of several containers are ordered by
//! the nanosecond at which the daemon took them in; a latecomer is sorted into the open segment, which only moves
//! records, and what stood after it gets higher numbers. [`Shift`] tells those who hold a number.

mod line;
mod older;
mod segment;

pub use line::{Line, LineKind};

use crate::app::message::LogBatch;
use crate::app::pattern::Pattern;
use crate::domain::{ContainerId, Safe};
use line::Entry;
use segment::Segment;
use std::collections::VecDeque;

/// Less could not hold the longest line with a colour on each of its characters.
pub const LEAST_BYTES: usize = 1 << 20;
/// A latecomer is sorted in within one segment; more than this would make that slow.
const SEGMENT_BYTES: usize = 4 << 20;
/// The number of the first line: there is room below it for what is fetched later and was written before.
const ORIGIN: u64 = 1 << 40;
/// The default of the settings.
pub const DEFAULT_BYTES: usize = 64 << 20;

#[derive(Debug, Clone)]
pub struct LogStore {
    limit: usize,
    segments: VecDeque<Segment>,
    /// The number of the first line that is held.
    first: u64,
    /// Lines that were given up since the streams were opened.
    evicted: u64,
    /// Lines that never came in, because they came too fast.
    dropped: u64,
    /// Whose lines these are; a record holds the index.
    sources: Vec<(ContainerId, Safe)>,
    search: Option<Search>,
}

/// What is looked for. The lines from `low` on have been looked at.
#[derive(Debug, Clone)]
struct Search {
    pattern: Pattern,
    low: u64,
}

/// Lines were put in between others, whose numbers are higher now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shift {
    /// One merge each: the numbers, before it, of the lines before which something was put; ascending, repeated.
    merges: Vec<Vec<u64>>,
}

impl Shift {
    /// The number that the line has now.
    pub fn of(&self, number: u64) -> u64 {
        self.merges
            .iter()
            .fold(number, |number, merge| number + merge.partition_point(|before| *before <= number) as u64)
    }

    pub fn is_none(&self) -> bool {
        self.merges.is_empty()
    }
}

impl Default for LogStore {
    fn default() -> Self {
        Self::new(DEFAULT_BYTES)
    }
}

impl LogStore {
    pub fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(LEAST_BYTES),
            segments: VecDeque::new(),
            first: ORIGIN,
            evicted: 0,
            dropped: 0,
            sources: Vec::new(),
            search: None,
        }
    }

    /// Forgets all lines; numbers go on.
    pub fn clear(&mut self) {
        self.first = self.end();
        self.segments.clear();
        self.sources.clear();
        (self.evicted, self.dropped) = (0, 0);
        if let Some(search) = &mut self.search {
            search.low = self.first;
        }
    }

    /// Names a container's lines. The name given last is shown on all of them.
    pub fn name(&mut self, container: &ContainerId, tag: Safe) {
        let index = self.source(container);
        self.sources[usize::from(index)].1 = tag;
    }

    /// The names under which lines are shown, in the order of [`Line::tag_index`].
    pub fn tags(&self) -> impl Iterator<Item = &Safe> {
        self.sources.iter().map(|(_, tag)| tag)
    }

    /// Takes a batch in. What its streams' ends are worth telling comes as `notes`.
    pub fn apply(&mut self, batch: &LogBatch, notes: &[(ContainerId, Safe)]) -> Shift {
        let latest = self.segments.back().and_then(Segment::latest).unwrap_or(i64::MIN);
        let mut entries: Vec<Entry<'_>> = Vec::with_capacity(batch.lines.len() + batch.dropped.len());
        for (container, count) in batch.dropped.iter().filter(|(_, count)| *count > 0) {
            self.dropped += count;
            let source = self.source(container);
            // A gap stands right before the line that follows it in its stream.
            let next = batch.lines.iter().find(|line| line.container == container);
            let time = next.and_then(|line| line::nanoseconds(line.time)).unwrap_or(latest);
            entries.push(Entry::gap(source, time, *count));
        }
        let mut known: Option<(&ContainerId, u16)> = None;
        let mut before = latest;
        for line in batch.lines.iter() {
            let source = match known {
                Some((container, source)) if std::ptr::eq(container, line.container) => source,
                Some(_) | None => self.source(line.container),
            };
            known = Some((line.container, source));
            // A line without a time stays behind the one it came after.
            before = line::nanoseconds(line.time).unwrap_or(before);
            entries.push(Entry::line(line, source, before));
        }
        entries.sort_by_key(|entry| entry.time);
        let last = entries.last().map_or(latest, |entry| entry.time.max(latest));
        for (container, text) in notes {
            let source = self.source(container);
            entries.push(Entry::note(source, last, text));
        }
        let shift = self.push(&entries);
        self.evict();
        shift
    }

    /// Looks for another pattern, or for none.
    pub fn search(&mut self, pattern: Option<Pattern>) {
        for segment in &mut self.segments {
            segment.unmark();
        }
        self.search = pattern.map(|pattern| Search { pattern, low: self.end() });
    }

    pub fn searched(&self) -> Option<&Pattern> {
        self.search.as_ref().map(|search| &search.pattern)
    }

    /// Searches the next `lines` lines backwards; false once all are searched.
    pub fn search_on(&mut self, lines: u64) -> bool {
        let Some(search) = &mut self.search else { return false };
        let from = search.low.saturating_sub(lines).max(self.first);
        for segment in self.segments.iter_mut().rev() {
            if segment.first() < search.low && segment.end() > from {
                segment.mark(from, search.low, &search.pattern);
            }
        }
        search.low = from;
        from > self.first
    }

    /// Whether matches may be missing yet.
    pub fn is_searching(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.low > self.first)
    }

    /// Lines found that match.
    pub fn matches(&self) -> u64 {
        self.segments.iter().map(Segment::matches).sum()
    }

    /// How many of the matches stand at or before this line: the `3` of `3 of 18`.
    pub fn matches_up_to(&self, number: u64) -> u64 {
        self.segments.iter().map(|segment| segment.matches_up_to(number)).sum()
    }

    /// The next match after the line, or the last one before it.
    pub fn match_after(&self, number: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| segment.match_in(number.saturating_add(1)..u64::MAX))
    }

    pub fn match_before(&self, number: u64) -> Option<u64> {
        self.segments.iter().rev().find_map(|segment| segment.last_match_in(0..number))
    }

    /// The first number that is held, and the one after the last.
    pub fn first(&self) -> u64 {
        self.first
    }

    pub fn end(&self) -> u64 {
        self.segments.back().map_or(self.first, Segment::end)
    }

    pub fn len(&self) -> u64 {
        self.end() - self.first
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it takes in memory, room for growth included.
    pub fn bytes(&self) -> usize {
        self.segments.iter().map(Segment::bytes).sum()
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub fn line(&self, number: u64) -> Option<Line<'_>> {
        let segment = self.segment(number)?;
        segment.line(number, &self.sources)
    }

    /// The lines from this number on; from the first one when it is gone.
    pub fn lines_from(&self, number: u64) -> impl Iterator<Item = Line<'_>> {
        (number.max(self.first)..self.end()).filter_map(|number| self.line(number))
    }

    fn segment(&self, number: u64) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.first() <= number);
        self.segments.get(after.checked_sub(1)?)
    }

    fn source(&mut self, container: &ContainerId) -> u16 {
        let found = self.sources.iter().position(|(id, _)| id == container);
        let index = found.unwrap_or_else(|| {
            self.sources.push((container.clone(), Safe::new(container.short())));
            self.sources.len() - 1
        });
        u16::try_from(index).unwrap_or(u16::MAX)
    }

    /// Adds entries that are in order among themselves.
    fn push(&mut self, entries: &[Entry<'_>]) -> Shift {
        let mut shift = Shift::default();
        let room = (self.limit / 16).min(SEGMENT_BYTES);
        let mut rest = entries;
        while !rest.is_empty() {
            let end = self.end();
            if self.segments.back().is_none_or(|segment| segment.bytes() >= room) {
                if let Some(segment) = self.segments.back_mut() {
                    segment.close();
                }
                self.segments.push_back(Segment::new(end));
            }
            let Some(segment) = self.segments.back_mut() else { break };
            let pattern = self.search.as_ref().map(|search| &search.pattern);
            let (taken, displaced) = segment.push(rest, room, pattern);
            if !displaced.is_empty() {
                if let Some(search) = &mut self.search {
                    search.low += displaced.partition_point(|before| *before <= search.low) as u64;
                }
                shift.merges.push(displaced);
            }
            rest = &rest[taken..];
        }
        shift
    }

    fn evict(&mut self) {
        while self.segments.len() > 1 && self.bytes() > self.limit {
            if let Some(segment) = self.segments.pop_front() {
                self.evicted += segment.end() - segment.first();
                self.first = segment.end();
            }
        }
    }
}

#[cfg(test)]
mod tests;
