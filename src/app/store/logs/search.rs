//! The search: every line that matches is marked, from the last one backwards, a stretch at a time.

use super::LogStore;
use super::line::{Entry, Kind};
use super::record::Flags;
use super::segment::Segment;
use crate::app::pattern::Pattern;
use std::sync::Arc;

/// Bytes of text that are searched at a time: a key never waits longer than they take, a millisecond or two even for an
/// expression that is slow.
const STRETCH: usize = 256 << 10;

/// What is looked for. The lines from `low` on have been looked at.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pattern: Pattern,
    pub(super) low: u64,
}

/// What a line that comes in is to the search.
pub(super) fn flags(search: Option<&Search>, entry: &Entry<'_>) -> Flags {
    let is_match = entry.kind != Kind::Gap && search.is_some_and(|search| search.pattern.matches(entry.text));
    Flags::default().with(Flags::MATCH, is_match)
}

impl LogStore {
    /// Looks for another pattern, or for none.
    pub fn search(&mut self, pattern: Option<Pattern>) {
        if self.search.is_some() {
            for segment in &mut self.segments {
                if !segment.records().iter().any(|record| record.flags.has(Flags::MATCH)) {
                    continue;
                }
                let segment = Arc::make_mut(segment);
                for index in 0..segment.records().len() {
                    let flags = segment.records()[index].flags;
                    if flags.has(Flags::MATCH) {
                        segment.set(index, flags.with(Flags::MATCH, false));
                    }
                }
            }
        }
        self.search = pattern.map(|pattern| Search { pattern, low: self.end() });
    }

    pub fn searched(&self) -> Option<&Pattern> {
        self.search.as_ref().map(|search| &search.pattern)
    }

    /// Searches the next stretch, backwards; false once all is searched.
    pub fn search_on(&mut self) -> bool {
        let Some(low) = self.search.as_ref().map(|search| search.low) else { return false };
        let Some((place, indices)) = self.stretch(low, STRETCH) else { return false };
        let (Some(search), Some(segment)) = (&mut self.search, self.segments.get_mut(place)) else {
            return false;
        };
        search.low = segment.first() + indices.start as u64;
        let mut found = Vec::new();
        segment.hits(indices, &search.pattern, |index| found.push(index));
        let low = search.low;
        if !found.is_empty() {
            let segment = Arc::make_mut(segment);
            for index in found {
                segment.set(index, segment.records()[index].flags.with(Flags::MATCH, true));
            }
        }
        low > self.first
    }

    /// Whether matches may be missing yet.
    pub fn is_searching(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.low > self.first)
    }

    /// Lines found that match and that no filter hides.
    pub fn matches(&self) -> u64 {
        self.counts().found
    }

    /// How many of the matches stand at or before this line: the `3` of `3 of 18`.
    pub fn matches_up_to(&self, number: u64) -> u64 {
        self.segments.iter().map(|segment| found_up_to(segment, number)).sum()
    }

    /// The next match after the line, or the last one before it.
    pub fn match_after(&self, number: u64) -> Option<u64> {
        let numbers = number.saturating_add(1)..u64::MAX;
        self.with_matches().find_map(|segment| {
            let mut indices = segment.indices(numbers.clone());
            let index = indices.find(|index| segment.records()[*index].flags.is_found())?;
            Some(segment.first() + index as u64)
        })
    }

    pub fn match_before(&self, number: u64) -> Option<u64> {
        self.with_matches().rev().find_map(|segment| {
            let mut indices = segment.indices(0..number).rev();
            let index = indices.find(|index| segment.records()[*index].flags.is_found())?;
            Some(segment.first() + index as u64)
        })
    }

    fn with_matches(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.segments.iter().map(|segment| &**segment).filter(|segment| segment.counts().found > 0)
    }
}

fn found_up_to(segment: &Segment, number: u64) -> u64 {
    if number.saturating_add(1) >= segment.end() || segment.counts().found == 0 {
        return segment.counts().found;
    }
    let upto = segment.indices(0..number + 1);
    segment.records()[upto].iter().filter(|record| record.flags.is_found()).count() as u64
}
