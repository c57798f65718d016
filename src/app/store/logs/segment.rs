//! A stretch of the ring: text, colours and records of some thousands of lines, each in one piece of memory.

use super::line::{Entry, Kind, Line, LineKind};
use crate::app::pattern::Pattern;
use crate::domain::safe::StyleRun;
use crate::domain::{ContainerId, LogSource, Safe};
use jiff::Timestamp;
use std::ops::Range;

#[derive(Debug, Clone)]
pub(super) struct Segment {
    first: u64,
    text: String,
    runs: Vec<StyleRun>,
    records: Vec<Record>,
    matches: u64,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    time: i64,
    text_start: u32,
    text_length: u32,
    runs_start: u32,
    runs_length: u32,
    count: u32,
    source: u16,
    kind: Kind,
    is_match: bool,
}

impl Segment {
    pub(super) fn new(first: u64) -> Self {
        Self { first, text: String::new(), runs: Vec::new(), records: Vec::new(), matches: 0 }
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.capacity()
            + self.runs.capacity() * size_of::<StyleRun>()
            + self.records.capacity() * size_of::<Record>()
    }

    /// Nothing comes any more: room for growth is given back.
    pub(super) fn close(&mut self) {
        self.text.shrink_to_fit();
        self.runs.shrink_to_fit();
        self.records.shrink_to_fit();
    }

    /// What an entry takes.
    pub(super) fn size_of(entry: &Entry<'_>) -> usize {
        entry.text.len() + size_of_val(entry.runs) + size_of::<Record>()
    }

    /// The lines before this one go; their text stays until the segment does.
    pub(super) fn give_up_before(&mut self, number: u64) {
        let gone = self.indices(0..number);
        self.matches -= self.records[gone.clone()].iter().filter(|record| record.is_match).count() as u64;
        self.records.drain(gone);
        self.first = self.first.max(number);
    }

    pub(super) fn latest(&self) -> Option<i64> {
        self.records.last().map(|record| record.time)
    }

    /// Takes entries, in order of time, until the segment is full, but at least one. Returns how many it took, and
    /// the numbers of those lines before which something was put.
    pub(super) fn push(
        &mut self,
        entries: &[Entry<'_>],
        room: usize,
        pattern: Option<&Pattern>,
    ) -> (usize, Vec<u64>) {
        let old = self.records.len();
        let mut taken = 0;
        for entry in entries {
            if taken > 0 && self.used() >= room {
                break;
            }
            let record = self.record(entry, pattern);
            self.matches += u64::from(record.is_match);
            self.records.push(record);
            taken += 1;
        }
        let displaced = self.merge(old);
        (taken, displaced)
    }

    pub(super) fn line<'a>(&'a self, number: u64, sources: &'a [(ContainerId, Safe)]) -> Option<Line<'a>> {
        let record = self.records.get(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        let tag_index = usize::from(record.source);
        let (container, tag) = sources.get(tag_index)?;
        let gap = record.kind == Kind::Gap;
        Some(Line {
            number,
            time: if record.time == i64::MIN {
                None
            } else {
                Timestamp::from_nanosecond(i128::from(record.time)).ok()
            },
            container,
            tag,
            tag_index,
            kind: match record.kind {
                Kind::Stdout => LineKind::Written(LogSource::Stdout),
                Kind::Stderr => LineKind::Written(LogSource::Stderr),
                Kind::Console => LineKind::Written(LogSource::Console),
                Kind::Gap => LineKind::Gap(u64::from(record.count)),
                Kind::Note => LineKind::Note,
            },
            text: self.text_of(record),
            runs: self.runs.get(range(record.runs_start, record.runs_length))?,
            cut_bytes: if gap { 0 } else { record.count },
            is_match: record.is_match,
        })
    }

    pub(super) fn matches(&self) -> u64 {
        self.matches
    }

    pub(super) fn unmark(&mut self) {
        if self.matches > 0 {
            self.records.iter_mut().for_each(|record| record.is_match = false);
            self.matches = 0;
        }
    }

    /// Finds the matches among the lines from `low` to before `high`.
    pub(super) fn mark(&mut self, low: u64, high: u64, pattern: &Pattern) {
        for index in self.indices(low..high) {
            let record = self.records[index];
            if !record.is_match && record.kind != Kind::Gap && pattern.matches(self.text_of(&record)) {
                self.records[index].is_match = true;
                self.matches += 1;
            }
        }
    }

    pub(super) fn matches_up_to(&self, number: u64) -> u64 {
        if number + 1 >= self.end() {
            return self.matches;
        }
        let upto = self.indices(0..number + 1);
        self.records[upto].iter().filter(|record| record.is_match).count() as u64
    }

    pub(super) fn match_in(&self, numbers: Range<u64>) -> Option<u64> {
        if self.matches == 0 {
            return None;
        }
        let found = self.indices(numbers).find(|index| self.records[*index].is_match)?;
        Some(self.first + found as u64)
    }

    pub(super) fn last_match_in(&self, numbers: Range<u64>) -> Option<u64> {
        if self.matches == 0 {
            return None;
        }
        let found = self.indices(numbers).rev().find(|index| self.records[*index].is_match)?;
        Some(self.first + found as u64)
    }

    fn used(&self) -> usize {
        self.text.len() + self.runs.len() * size_of::<StyleRun>() + self.records.len() * size_of::<Record>()
    }

    fn indices(&self, numbers: Range<u64>) -> Range<usize> {
        let index = |number: u64| {
            let offset = number.saturating_sub(self.first);
            usize::try_from(offset).unwrap_or(usize::MAX).min(self.records.len())
        };
        index(numbers.start)..index(numbers.end)
    }

    fn text_of(&self, record: &Record) -> &str {
        self.text.get(range(record.text_start, record.text_length)).unwrap_or_default()
    }

    fn record(&mut self, entry: &Entry<'_>, pattern: Option<&Pattern>) -> Record {
        let narrow = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (text_start, runs_start) = (narrow(self.text.len()), narrow(self.runs.len()));
        self.text.push_str(entry.text);
        self.runs.extend_from_slice(entry.runs);
        Record {
            time: entry.time,
            text_start,
            text_length: narrow(entry.text.len()),
            runs_start,
            runs_length: narrow(entry.runs.len()),
            count: entry.count,
            source: entry.source,
            kind: entry.kind,
            is_match: entry.kind != Kind::Gap && pattern.is_some_and(|pattern| pattern.matches(entry.text)),
        }
    }

    /// Sorts the records from `old` on, which are in order, in among those before, which are too.
    fn merge(&mut self, old: usize) -> Vec<u64> {
        let Some(earliest) = self.records.get(old).map(|record| record.time) else { return Vec::new() };
        let from = self.records[..old].partition_point(|record| record.time <= earliest);
        if from == old {
            return Vec::new();
        }
        let displaced = self.records[old..].iter().map_while(|record| {
            let place = self.records[..old].partition_point(|other| other.time <= record.time);
            (place < old).then_some(self.first + place as u64)
        });
        let displaced: Vec<u64> = displaced.collect();
        // Stable and quick on two runs that are in order.
        self.records[from..].sort_by_key(|record| record.time);
        displaced
    }
}

fn range(start: u32, length: u32) -> Range<usize> {
    let start = start as usize;
    start..start + length as usize
}
