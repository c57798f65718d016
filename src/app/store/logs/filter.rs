//! Filters, one over the other: which lines are kept. All that is held is sifted anew when they change, from the last
//! line backwards, a stretch at a time; until a line's turn comes it stays as it was.

use super::LogStore;
use super::line::{Entry, Kind};
use super::record::{Flags, Record};
use crate::app::pattern::Pattern;
use crate::domain::log::Level;
use std::sync::Arc;

/// Bytes of text that are sifted at a time, by one filter or by all together.
const STRETCH: usize = 256 << 10;
/// The same where there is no filter, and nothing is to be read.
const BLIND_STRETCH: usize = 8 << 20;
/// Each takes a bit.
pub const MOST_FILTERS: usize = 16;

/// Keeps the lines that match, or removes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub keeps: bool,
    pub pattern: Pattern,
}

/// All of them hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// The newest one is the last.
    pub list: Vec<Filter>,
    /// Lines that are less grave are hidden. One that does not say how grave it is counts as information, and words
    /// of ours and gaps are never hidden by it.
    pub least: Level,
}

impl Default for Filters {
    fn default() -> Self {
        Self { list: Vec::new(), least: Level::Trace }
    }
}

impl Filters {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.least == Level::Trace
    }

    /// Which of the patterns match, a bit each.
    fn tastes(&self, text: &str) -> u32 {
        let bits = self.list.iter().enumerate();
        bits.fold(0, |bits, (place, filter)| bits | u32::from(filter.pattern.matches(text)) << place)
    }

    /// Whether a record is kept in whose lines these patterns match.
    fn keep(&self, matched: u32, kind: Kind, level: Option<Level>) -> bool {
        let ours = matches!(kind, Kind::Gap | Kind::Note);
        if !ours && level.unwrap_or(Level::Info) < self.least {
            return false;
        }
        let bits = self.list.iter().enumerate();
        let wanted = bits.fold(0, |bits, (place, filter)| bits | u32::from(filter.keeps) << place);
        let all = self.list.iter().enumerate().fold(0, |bits, (place, _)| bits | 1 << place);
        matched & all == wanted
    }
}

/// The filters, and how far they have got: the lines from `low` on are as they say.
#[derive(Debug, Clone, Default)]
pub(super) struct Sift {
    pub(super) filters: Filters,
    pub(super) low: u64,
}

impl Sift {
    /// What a line that comes in is to the filters. What belongs to a record is judged with it.
    pub(super) fn flags(&self, entry: &Entry<'_>) -> Flags {
        let matched = if entry.kind == Kind::Gap { 0 } else { self.filters.tastes(entry.text) };
        Flags::default().with(Flags::KEPT, self.filters.keep(matched, entry.kind, entry.level))
    }
}

impl LogStore {
    /// Lets only what these keep be shown.
    pub fn filter(&mut self, filters: Filters) {
        if filters != self.sift.filters {
            self.sift = Sift { filters, low: self.end() };
        }
    }

    pub fn filters(&self) -> &Filters {
        &self.sift.filters
    }

    /// Sifts the next stretch; false once all is sifted.
    pub fn sift_on(&mut self) -> bool {
        let bytes = if self.sift.filters.list.is_empty() {
            BLIND_STRETCH
        } else {
            STRETCH / self.sift.filters.list.len()
        };
        let Some((place, indices)) = self.stretch(self.sift.low, bytes) else { return false };
        let mut matched = vec![0_u32; indices.len()];
        let Some(segment) = self.segments.get_mut(place).map(Arc::make_mut) else { return false };
        for (bit, filter) in self.sift.filters.list.iter().enumerate() {
            segment
                .hits(indices.clone(), &filter.pattern, |index| matched[index - indices.start] |= 1 << bit);
        }
        let mut folded = Vec::new();
        for (index, matched) in indices.clone().zip(matched) {
            let Record { kind, level, flags, .. } = segment.records()[index];
            if flags.has(Flags::FOLDS) {
                folded.push(segment.first() + index as u64);
            } else if !flags.has(Flags::CONTINUES) {
                let kept = self.sift.filters.keep(matched, kind, level);
                segment.set(index, flags.with(Flags::KEPT, kept));
            }
        }
        self.sift.low = segment.first() + indices.start as u64;
        for head in folded {
            self.judge_record(head);
        }
        self.sift.low > self.first
    }

    /// How much of what is held has been sifted, in per cent, while that is not all.
    pub fn sifted(&self) -> Option<u64> {
        let done = self.end() - self.sift.low.min(self.end());
        (self.sift.low > self.first).then(|| done * 100 / self.len().max(1))
    }

    /// A record is kept or hidden as a whole, by what is found in any of its lines.
    pub(super) fn judge_record(&mut self, head: u64) {
        let numbers: Vec<u64> = std::iter::once(head).chain(self.members(head)).collect();
        let filters = &self.sift.filters;
        let lines = || numbers.iter().filter_map(|number| self.record(*number));
        let matched =
            lines().fold(0, |bits, (segment, record)| bits | filters.tastes(segment.text_of(record)));
        let level = lines().filter_map(|(_, record)| record.level).max();
        let kept = filters.keep(matched, Kind::Stdout, level);
        for number in numbers {
            self.change(number, |flags| flags.with(Flags::KEPT, kept));
        }
    }
}
