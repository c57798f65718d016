//! The lines of the followed streams: a ring bounded by bytes whose lines have sequence numbers, so that a place in
//! it can be held while old lines go and new ones come.
//!
//! Text, colours and records lie in a few large segments that are given up whole, so a line costs no allocation of
//! its own, and 100,000 lines a second are copied once and that is all. Lines of several containers are ordered by
//! the nanosecond at which the daemon took them in, as far as its clock goes forwards; those of one container stay as
//! they came. A latecomer is sorted into the open segment, which only moves
//! records, and what stood after it gets higher numbers. [`Shift`] tells those who hold a number.
//!
//! Which lines are shown is a matter of a few bits of each record, and each segment knows how many of its lines have
//! them: filters and folds copy nothing, and whoever moves among the shown lines passes over whole segments.

mod filter;
mod fold;
mod line;
mod older;
mod order;
mod record;
mod saved;
mod search;
mod segment;
mod shift;
mod shown;

pub use filter::{Filter, Filters, MOST_FILTERS};
pub use line::{Line, LineKind, Note};
pub use older::HeldFrom;
pub use saved::Saved;
pub use shift::Shift;

use crate::app::dialog::save::SaveAs;
use crate::app::message::LogBatch;
use crate::domain::log::{Course, Epochs, Place};
use crate::domain::{ContainerId, LogLines, Safe};
use filter::Sift;
use fold::Tails;
use jiff::Timestamp;
use line::Entry;
use order::Step;
use record::{Counts, Flags, Record};
use search::Search;
use segment::Segment;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

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
    /// Shared with those that are being written to a file; what changes meanwhile is copied.
    segments: VecDeque<Arc<Segment>>,
    /// The number of the first line that is held.
    first: u64,
    /// Lines that were given up since the streams were opened.
    evicted: u64,
    /// Lines that never came in, because they came too fast.
    dropped: u64,
    /// Whose lines these are; a record holds the index.
    sources: Vec<Source>,
    /// How far each of them has come.
    courses: Vec<Course>,
    epochs: Epochs,
    search: Option<Search>,
    sift: Sift,
}

/// A container that lines come from.
#[derive(Debug, Clone)]
struct Source {
    container: ContainerId,
    tag: Safe,
    /// The records that next lines may belong to.
    tails: Tails,
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
            courses: Vec::new(),
            epochs: Epochs::default(),
            search: None,
            sift: Sift::default(),
        }
    }

    /// Forgets all lines; numbers go on, and so do search and filters.
    pub fn clear(&mut self) {
        self.first = self.end();
        self.segments.clear();
        self.sources.clear();
        self.courses.clear();
        self.epochs = Epochs::default();
        (self.evicted, self.dropped) = (0, 0);
        self.sift.low = self.first;
        if let Some(search) = &mut self.search {
            search.low = self.first;
        }
    }

    /// Names a container's lines. The name given last is shown on all of them.
    pub fn name(&mut self, container: &ContainerId, tag: Safe) {
        let index = self.source(container);
        self.sources[usize::from(index)].tag = tag;
    }

    /// The names under which lines are shown, in the order of [`Line::tag_index`].
    pub fn tags(&self) -> impl Iterator<Item = &Safe> {
        self.sources.iter().map(|source| &source.tag)
    }

    /// Takes a batch in, and lines of ours. Of the same nanosecond these stand behind the others.
    pub fn apply(&mut self, batch: &LogBatch, notes: &[Note]) -> Shift {
        let latest = self.segments.back().and_then(|segment| segment.latest()).unwrap_or(Place::FIRST);
        let gaps: Vec<_> = batch.dropped.iter().filter(|(_, count)| *count > 0).collect();
        let mut lines = self.entries(&batch.lines);
        for (container, _) in &gaps {
            self.source(container);
        }
        self.courses.resize(self.sources.len(), Course::default());
        let steps = order::place(&mut lines, latest, &mut self.epochs, &mut self.courses);
        let mut entries: Vec<Entry<'_>> = Vec::with_capacity(gaps.len() + lines.len() + steps.len());
        for (container, count) in gaps {
            self.dropped += count;
            let source = self.source(container);
            // A gap stands right before the line that follows it in its stream.
            let next = lines.iter().find(|line| line.source == source).map(|line| line.place);
            entries.push(Entry::gap(source, next.unwrap_or(latest), *count));
        }
        entries.append(&mut lines);
        entries.extend(steps.iter().map(Step::entry));
        for note in notes {
            if let Some(time) = line::nanoseconds(note.time) {
                let source = self.source(&note.container);
                let course = self.courses.get(usize::from(source)).copied().unwrap_or_default();
                entries.push(Entry::note(source, self.epochs.place_of(course, time), &note.text));
            }
        }
        entries.sort_by_key(|entry| entry.place);
        let last = entries.last().map_or(latest, |entry| entry.place.max(latest));
        for note in notes.iter().filter(|note| line::nanoseconds(note.time).is_none()) {
            entries.push(Entry::note(self.source(&note.container), last, &note.text));
        }
        let before = self.end();
        let shift = self.push(&entries);
        self.link(shift.least().map_or(before, |least| least.min(before)), !shift.is_none());
        self.evict();
        shift
    }

    /// The first number that is held, and the one after the last.
    pub fn first(&self) -> u64 {
        self.first
    }

    pub fn end(&self) -> u64 {
        self.segments.back().map_or(self.first, |segment| segment.end())
    }

    pub fn len(&self) -> u64 {
        self.end() - self.first
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it takes in memory, room for growth included.
    pub fn bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes()).sum()
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
        let segment = self.segments.get(self.place_of(number)?)?;
        segment.line(number, &self.sources)
    }

    /// The lines from this number on; from the first one when it is gone. Those that are not shown too.
    pub fn lines_from(&self, number: u64) -> impl Iterator<Item = Line<'_>> {
        (number.max(self.first)..self.end()).filter_map(|number| self.line(number))
    }

    /// The lines as they are now, to be written to a file. It costs nothing, however many they are.
    pub fn saved(&self, choice: SaveAs) -> Saved {
        Saved::new(self, choice)
    }

    /// The first line that was written then or later.
    pub fn since(&self, time: Timestamp) -> Option<u64> {
        let time = line::nanoseconds(Some(time))?;
        let segment = self.segments.iter().find(|segment| segment.youngest() >= time)?;
        let index = segment.records().iter().position(|record| record.time >= time)?;
        Some(segment.first() + index as u64)
    }

    /// The place of the segment that has this line.
    fn place_of(&self, number: u64) -> Option<usize> {
        let after = self.segments.partition_point(|segment| segment.first() <= number);
        after.checked_sub(1).filter(|place| number < self.segments[*place].end())
    }

    /// What is looked at next, of all that lies before `low`: the place of a segment, and some of its records, whose
    /// text takes about so many bytes.
    fn stretch(&self, low: u64, bytes: usize) -> Option<(usize, Range<usize>)> {
        let last = low.checked_sub(1).filter(|last| *last >= self.first)?;
        let place = self.place_of(last)?;
        let segment = self.segments.get(place)?;
        let end = segment.indices(0..low).end;
        let mut taken = 0;
        let start = segment.records()[..end].iter().rposition(|record| {
            taken += usize::from(record.text_length) + 1;
            taken >= bytes
        });
        Some((place, start.unwrap_or(0)..end))
    }

    fn record(&self, number: u64) -> Option<(&Segment, &Record)> {
        let segment = self.segments.get(self.place_of(number)?)?;
        Some((segment, &segment.records()[segment.indices(number..number).start]))
    }

    fn change(&mut self, number: u64, change: impl FnOnce(Flags) -> Flags) {
        if let Some(place) = self.place_of(number) {
            let segment = Arc::make_mut(&mut self.segments[place]);
            let index = segment.indices(number..number).start;
            segment.set(index, change(segment.records()[index].flags));
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.segments.iter().for_each(|segment| counts += segment.counts());
        counts
    }

    /// Lines on their way in. Where they stand is not known yet.
    fn entries<'a>(&mut self, lines: &'a LogLines) -> Vec<Entry<'a>> {
        let mut entries = Vec::with_capacity(lines.len());
        let mut known: Option<(&ContainerId, u16)> = None;
        for line in lines.iter() {
            let source = match known {
                Some((container, source)) if std::ptr::eq(container, line.container) => source,
                Some(_) | None => self.source(line.container),
            };
            known = Some((line.container, source));
            entries.push(Entry::line(line, source));
        }
        entries
    }

    fn source(&mut self, container: &ContainerId) -> u16 {
        let found = self.sources.iter().position(|source| source.container == *container);
        let index = found.unwrap_or_else(|| {
            let tag = Safe::new(container.short());
            self.sources.push(Source { container: container.clone(), tag, tails: Tails::default() });
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
                    Arc::make_mut(segment).close();
                }
                self.segments.push_back(Arc::new(Segment::new(end)));
            }
            let Some(segment) = self.segments.back_mut().map(Arc::make_mut) else { break };
            let (search, filters) = (self.search.as_ref(), &self.sift);
            let judge = |entry: &Entry<'_>| {
                search::flags(search, entry).and(filters.flags(entry)).with(Flags::CONTINUES, entry.continues)
            };
            let (taken, displaced) = segment.push(rest, room, judge);
            if !displaced.is_empty() {
                let first = self.first;
                let moved = |low: &mut u64| {
                    if *low > first {
                        *low += displaced.partition_point(|before| *before <= *low) as u64;
                    }
                };
                moved(&mut self.sift.low);
                self.search.iter_mut().for_each(|search| moved(&mut search.low));
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
                self.unlink(&segment);
            }
        }
    }
}

#[cfg(test)]
mod tests;
