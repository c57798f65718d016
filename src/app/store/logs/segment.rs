//! A stretch of the ring: text, colours and records of some thousands of lines, each in one piece of memory.

use super::line::{Entry, Kind, Line, LineKind};
use super::record::{Counts, Flags, Record};
use crate::app::pattern::Pattern;
use crate::domain::log::Place;
use crate::domain::safe::StyleRun;
use crate::domain::{ContainerId, LogSource, Safe};
use jiff::Timestamp;
use std::ops::Range;

#[derive(Debug, Clone)]
pub(super) struct Segment {
    first: u64,
    /// All lines, a line feed behind each, so that a pattern can run over many of them at once.
    text: String,
    runs: Vec<StyleRun>,
    records: Vec<Record>,
    /// Whether the text stands in the order of the records.
    ordered: bool,
    /// No line is younger than this.
    youngest: i64,
    counts: Counts,
}

impl Segment {
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            text: String::new(),
            runs: Vec::new(),
            records: Vec::new(),
            ordered: true,
            youngest: i64::MIN,
            counts: Counts::default(),
        }
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.capacity()
            + self.runs.capacity() * size_of::<StyleRun>()
            + self.records.capacity() * size_of::<Record>()
    }

    /// Nothing comes any more: what came late is written to its place, and room for growth is given back.
    pub(super) fn close(&mut self) {
        if self.ordered {
            self.text.shrink_to_fit();
        } else {
            let mut text = String::with_capacity(self.text.len());
            for record in &mut self.records {
                let start = narrow(text.len());
                text.push_str(self.text.get(text_range(record)).unwrap_or_default());
                text.push('\n');
                record.text_start = start;
            }
            self.text = text;
            self.ordered = true;
        }
        self.runs.shrink_to_fit();
        self.records.shrink_to_fit();
    }

    /// What an entry takes.
    pub(super) fn size_of(entry: &Entry<'_>) -> usize {
        entry.text.len() + 1 + size_of_val(entry.runs) + size_of::<Record>()
    }

    /// The lines before this one go; their text stays until the segment does.
    pub(super) fn give_up_before(&mut self, number: u64) {
        let gone = self.indices(0..number);
        for record in self.records.drain(gone) {
            self.counts -= Counts::of(record.flags);
        }
        self.first = self.first.max(number);
    }

    /// Where its last line stands.
    pub(super) fn latest(&self) -> Option<Place> {
        self.records.last().map(Record::place)
    }

    /// The time of its youngest line.
    pub(super) fn youngest(&self) -> i64 {
        self.youngest
    }

    /// Takes entries, in the order of their places, until the segment is full, but at least one. Returns how many it took, and
    /// the numbers of those lines before which something was put.
    pub(super) fn push(
        &mut self,
        entries: &[Entry<'_>],
        room: usize,
        judge: impl Fn(&Entry<'_>) -> Flags,
    ) -> (usize, Vec<u64>) {
        let old = self.records.len();
        let mut taken = 0;
        for entry in entries {
            if taken > 0 && self.used() >= room {
                break;
            }
            let flags = judge(entry);
            let record = self.record(entry, flags);
            self.counts += Counts::of(flags);
            self.youngest = self.youngest.max(record.time);
            self.records.push(record);
            taken += 1;
        }
        let displaced = self.merge(old);
        self.ordered &= displaced.is_empty();
        (taken, displaced)
    }

    pub(super) fn line<'a>(&'a self, number: u64, sources: &'a [super::Source]) -> Option<Line<'a>> {
        let record = self.records.get(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        let tag_index = usize::from(record.source);
        let source = sources.get(tag_index)?;
        let (container, tag): (&ContainerId, &Safe) = (&source.container, &source.tag);
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
            level: record.level,
            is_match: record.flags.has(Flags::MATCH),
            is_kept: record.flags.has(Flags::KEPT),
            continues: record.flags.has(Flags::CONTINUES),
            folds: record.flags.has(Flags::FOLDS),
            is_open: record.flags.has(Flags::OPEN),
        })
    }

    /// Changes what is known of a line, and what is counted with it.
    pub(super) fn set(&mut self, index: usize, flags: Flags) {
        if let Some(record) = self.records.get_mut(index) {
            self.counts -= Counts::of(record.flags);
            self.counts += Counts::of(flags);
            record.flags = flags;
        }
    }

    /// Calls `hit` with each of these lines that has a match. The text is searched in one go where it stands in order,
    /// which is many times as quick as line by line.
    pub(super) fn hits(&self, indices: Range<usize>, pattern: &Pattern, mut hit: impl FnMut(usize)) {
        let records = &self.records[..indices.end];
        let (Some(first), Some(last)) = (records.get(indices.start), records.last()) else { return };
        let is_written = |index: usize| records[index].kind != Kind::Gap;
        if !self.ordered {
            let matches =
                |index: &usize| is_written(*index) && pattern.matches(self.text_of(&records[*index]));
            return indices.filter(matches).for_each(hit);
        }
        let base = first.text_start as usize;
        let text = self.text.get(base..text_range(last).end).unwrap_or_default();
        let (mut index, mut at) = (indices.start, 0);
        while at <= text.len()
            && let Some(end) = pattern.find_end(text, at)
        {
            let before = records[index..].partition_point(|record| record.text_start as usize <= base + end);
            index += before.saturating_sub(1);
            if is_written(index) {
                hit(index);
            }
            at = text_range(&records[index]).end + 1 - base;
        }
    }

    /// The records of these numbers, as far as they lie here.
    pub(super) fn indices(&self, numbers: Range<u64>) -> Range<usize> {
        let index = |number: u64| {
            let offset = number.saturating_sub(self.first);
            usize::try_from(offset).unwrap_or(usize::MAX).min(self.records.len())
        };
        index(numbers.start)..index(numbers.end)
    }

    pub(super) fn text_of(&self, record: &Record) -> &str {
        self.text.get(text_range(record)).unwrap_or_default()
    }

    fn used(&self) -> usize {
        self.text.len() + self.runs.len() * size_of::<StyleRun>() + self.records.len() * size_of::<Record>()
    }

    fn record(&mut self, entry: &Entry<'_>, flags: Flags) -> Record {
        let (text_start, runs_start) = (narrow(self.text.len()), narrow(self.runs.len()));
        // The gate lets no line through that is longer than this.
        let text = &entry.text[..entry.text.floor_char_boundary(u16::MAX.into())];
        let runs = &entry.runs[..entry.runs.len().min(u16::MAX.into())];
        self.text.push_str(text);
        self.text.push('\n');
        self.runs.extend_from_slice(runs);
        Record {
            time: entry.time,
            order: entry.place.order,
            epoch: entry.place.epoch,
            text_start,
            runs_start,
            count: entry.count,
            text_length: u16::try_from(text.len()).unwrap_or(u16::MAX),
            runs_length: u16::try_from(runs.len()).unwrap_or(u16::MAX),
            source: entry.source,
            kind: entry.kind,
            level: entry.level,
            flags,
        }
    }

    /// Sorts the records from `old` on, which are in order, in among those before, which are too.
    fn merge(&mut self, old: usize) -> Vec<u64> {
        let Some(earliest) = self.records.get(old).map(Record::place) else { return Vec::new() };
        let from = self.records[..old].partition_point(|record| record.place() <= earliest);
        if from == old {
            return Vec::new();
        }
        let displaced = self.records[old..].iter().map_while(|record| {
            let place = self.records[..old].partition_point(|other| other.place() <= record.place());
            (place < old).then_some(self.first + place as u64)
        });
        let displaced: Vec<u64> = displaced.collect();
        // Stable and quick on two runs that are in order.
        self.records[from..].sort_by_key(Record::place);
        displaced
    }
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn text_range(record: &Record) -> Range<usize> {
    range(record.text_start, record.text_length)
}

fn range(start: u32, length: u16) -> Range<usize> {
    let start = start as usize;
    start..start + usize::from(length)
}
