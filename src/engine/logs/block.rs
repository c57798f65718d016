//! Lines that were read from the daemon at once, as they came.

use crate::domain::{LogSource, RawLine};
use jiff::Timestamp;

/// Lines of one container, in the order in which it wrote them. Nothing of them has passed the gate yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogBlock {
    bytes: Vec<u8>,
    records: Vec<Record>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Record {
    time: Option<Timestamp>,
    /// Where its bytes end, and those of the next one begin.
    end: usize,
    cut_bytes: u32,
    source: LogSource,
}

impl LogBlock {
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The line of this index, from 0.
    pub fn line(&self, index: usize) -> Option<RawLine<'_>> {
        let record = self.records.get(index)?;
        let start =
            index.checked_sub(1).and_then(|before| self.records.get(before)).map_or(0, |before| before.end);
        Some(RawLine {
            time: record.time,
            source: record.source,
            bytes: self.bytes.get(start..record.end)?,
            cut_bytes: record.cut_bytes,
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = RawLine<'_>> {
        (0..self.len()).filter_map(|index| self.line(index))
    }

    /// What it takes in memory, room for growth aside.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.records.len() * size_of::<Record>()
    }

    pub fn push(&mut self, line: RawLine<'_>) {
        self.bytes.extend_from_slice(line.bytes);
        let RawLine { time, source, cut_bytes, .. } = line;
        self.records.push(Record { time, end: self.bytes.len(), cut_bytes, source });
    }
}
