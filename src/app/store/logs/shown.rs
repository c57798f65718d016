//! Ways among the lines that are shown. A segment that shows nothing, or all, is passed over without a look into it.

use super::LogStore;
use super::segment::Segment;
use std::ops::Range;

impl LogStore {
    /// Lines that the filters keep, folded ones too.
    pub fn kept(&self) -> u64 {
        self.counts().kept
    }

    /// Lines that stand on the screen when it is long enough.
    pub fn shown(&self) -> u64 {
        self.counts().shown
    }

    pub fn is_shown(&self, number: u64) -> bool {
        self.record(number).is_some_and(|(_, record)| record.flags.is_shown())
    }

    /// This line, or the next one that is shown.
    pub fn shown_from(&self, number: u64) -> Option<u64> {
        self.showing().skip_while(|segment| segment.end() <= number).find_map(|segment| {
            let mut indices = segment.indices(number..u64::MAX);
            let index = indices.find(|index| is_shown(segment, *index))?;
            Some(segment.first() + index as u64)
        })
    }

    /// This line, or the last one before it that is shown.
    pub fn shown_up_to(&self, number: u64) -> Option<u64> {
        self.showing().rev().skip_while(|segment| segment.first() > number).find_map(|segment| {
            let mut indices = segment.indices(0..number.saturating_add(1)).rev();
            let index = indices.find(|index| is_shown(segment, *index))?;
            Some(segment.first() + index as u64)
        })
    }

    /// This line; where it is not shown the one before it, else the one after it.
    pub fn nearest_shown(&self, number: u64) -> Option<u64> {
        self.shown_up_to(number).or_else(|| self.shown_from(number))
    }

    pub fn first_shown(&self) -> Option<u64> {
        self.shown_from(self.first)
    }

    pub fn last_shown(&self) -> Option<u64> {
        self.shown_up_to(self.end())
    }

    /// So many shown lines further on, or back; the last or the first one where there are not as many. From a line
    /// that is not shown, the first step leads to its neighbour.
    pub fn step(&self, number: u64, by: isize) -> Option<u64> {
        let steps = by.unsigned_abs() as u64;
        match by {
            0 => self.nearest_shown(number),
            1.. => self.forwards(number, steps).or_else(|| self.last_shown()),
            _ => self.backwards(number, steps).or_else(|| self.first_shown()),
        }
    }

    /// How many lines are shown of these.
    pub fn shown_in(&self, numbers: Range<u64>) -> u64 {
        self.segments.iter().map(|segment| shown_in(segment, segment.indices(numbers.clone()))).sum()
    }

    fn showing(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.segments.iter().map(|segment| &**segment).filter(|segment| has_shown(segment))
    }

    fn forwards(&self, number: u64, mut steps: u64) -> Option<u64> {
        let from = number.saturating_add(1);
        self.segments.iter().skip_while(|segment| segment.end() <= from).find_map(|segment| {
            let indices = segment.indices(from..u64::MAX);
            let index = walk(segment, indices, &mut steps)?;
            Some(segment.first() + index as u64)
        })
    }

    fn backwards(&self, number: u64, mut steps: u64) -> Option<u64> {
        self.segments.iter().rev().skip_while(|segment| segment.first() >= number).find_map(|segment| {
            let indices = segment.indices(0..number);
            let index = walk(segment, indices.rev(), &mut steps)?;
            Some(segment.first() + index as u64)
        })
    }
}

/// Goes so many shown lines on; `None` when there are not as many, and what is left to go.
fn walk(
    segment: &Segment,
    mut indices: impl ExactSizeIterator<Item = usize>,
    steps: &mut u64,
) -> Option<usize> {
    let whole = indices.len() == segment.records().len();
    let shown = if shows_all(segment) { indices.len() as u64 } else { segment.counts().shown };
    if shown == 0 || (whole || shows_all(segment)) && shown < *steps {
        *steps -= shown;
        return None;
    }
    if shows_all(segment) {
        return indices.nth(usize::try_from(*steps).unwrap_or(usize::MAX).saturating_sub(1));
    }
    indices.filter(|index| is_shown(segment, *index)).find(|_| {
        *steps -= 1;
        *steps == 0
    })
}

fn is_shown(segment: &Segment, index: usize) -> bool {
    segment.records()[index].flags.is_shown()
}

fn has_shown(segment: &Segment) -> bool {
    segment.counts().shown > 0
}

fn shows_all(segment: &Segment) -> bool {
    segment.counts().shown == segment.records().len() as u64
}

fn shown_in(segment: &Segment, indices: Range<usize>) -> u64 {
    let whole = indices.len() == segment.records().len();
    if whole || !has_shown(segment) {
        segment.counts().shown
    } else if shows_all(segment) {
        indices.len() as u64
    } else {
        segment.records()[indices].iter().filter(|record| record.flags.is_shown()).count() as u64
    }
}
