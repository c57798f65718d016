//! Records of several lines: a traceback belongs to the line that it begins with, and is folded beneath it. A line
//! belongs to the one before it of the same stream of the same container, whatever others wrote in between, unless some
//! time lies between them, or the clock was set back.

use super::LogStore;
use super::record::{Flags, Record};
use super::segment::Segment;
use crate::domain::log::Place;
use std::ops::Range;

/// A line that comes later than this after the one before it, in nanoseconds, belongs to none.
const WITHIN: i64 = 2_000_000_000;
/// A record has no more lines than this; what follows begins another one.
const MOST_LINES: u32 = 1_000;

/// The streams of a container: stdout, stderr, or that of a terminal.
const STREAMS: usize = 3;

pub(super) type Tails = [Option<Tail>; STREAMS];

/// The record that a stream's next line may belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    head: u64,
    /// Where its last line stands.
    place: Place,
    lines: u32,
}

impl LogStore {
    /// Whether the line can be unfolded or folded, by itself or as a part of its record.
    pub fn is_folding(&self, number: u64) -> bool {
        self.record(number)
            .is_some_and(|(_, record)| record.flags.has(Flags::FOLDS) || record.flags.has(Flags::CONTINUES))
    }

    /// How many lines belong to this one; it is counted where it is drawn.
    pub fn folded(&self, head: u64) -> usize {
        self.members(head).count()
    }

    /// The line that this one belongs to; itself when it belongs to none.
    pub fn head_of(&self, number: u64) -> u64 {
        let Some((_, line)) = self.record(number) else { return number };
        let mut place = line.place();
        if !line.flags.has(Flags::CONTINUES) {
            return number;
        }
        for before in (self.first..number).rev() {
            let Some((_, record)) = self.record(before) else { break };
            if !record.place().is_near(place, WITHIN) || interrupts(record, line) {
                break;
            }
            if is_same_stream(record, line) {
                if !record.flags.has(Flags::CONTINUES) {
                    return before;
                }
                place = record.place();
            }
        }
        number
    }

    /// The lines that belong to this one.
    pub fn members(&self, head: u64) -> impl Iterator<Item = u64> + '_ {
        let known = self.record(head).filter(|(_, record)| record.flags.has(Flags::FOLDS));
        let after = known.into_iter().flat_map(move |(_, line)| {
            let mut place = line.place();
            (head + 1..self.end()).map_while(move |number| {
                let (_, record) = self.record(number)?;
                let own = is_same_stream(record, line);
                let goes_on = place.is_near(record.place(), WITHIN)
                    && !interrupts(record, line)
                    && (!own || record.flags.has(Flags::CONTINUES));
                if own {
                    place = record.place();
                }
                goes_on.then_some((number, own))
            })
        });
        after.filter_map(|(number, own)| own.then_some(number))
    }

    /// Folds or unfolds the record of this line, and returns the line that stands for it.
    pub fn unfold(&mut self, number: u64, open: bool) -> u64 {
        let head = self.head_of(number);
        let numbers: Vec<u64> = std::iter::once(head).chain(self.members(head)).collect();
        for number in numbers {
            self.change(number, |flags| flags.with(Flags::OPEN, open));
        }
        head
    }

    /// Finds out to which records the lines from `from` on belong. `displaced` says that some of these were known
    /// before, and are found anew.
    pub(super) fn link(&mut self, from: u64, displaced: bool) {
        if displaced {
            self.find_tails(from);
        }
        self.link_lines(from..self.end());
    }

    /// The same for a page that was put before all that was held. What was held begins with records of its own.
    pub(super) fn relink(&mut self, end: u64) {
        let tails: Vec<_> = self.sources.iter_mut().map(|source| std::mem::take(&mut source.tails)).collect();
        self.link_lines(self.first..end);
        for (source, tails) in self.sources.iter_mut().zip(tails) {
            source.tails = tails;
        }
    }

    fn link_lines(&mut self, numbers: Range<u64>) {
        let mut heads = Vec::new();
        for number in numbers {
            let Some((_, record)) = self.record(number) else { continue };
            let (place, flags) = (record.place(), record.flags);
            let (source, stream) = (usize::from(record.source), record.stream());
            let tails = &mut self.sources[source].tails;
            let Some(last) = stream.and_then(|stream| tails.get_mut(stream)) else {
                *tails = Tails::default();
                continue;
            };
            let tail = last.filter(|tail| {
                flags.has(Flags::CONTINUES) && tail.place.is_near(place, WITHIN) && tail.lines < MOST_LINES
            });
            let Some(tail) = tail else {
                *last = Some(Tail { head: number, place, lines: 1 });
                let known = Flags::CONTINUES.and(Flags::FOLDS);
                if flags.with(known, false) != flags {
                    self.change(number, |flags| flags.with(known, false));
                }
                continue;
            };
            *last = Some(Tail { place, lines: tail.lines + 1, ..tail });
            self.change(tail.head, |flags| flags.with(Flags::FOLDS, true));
            let open = self.record(tail.head).is_some_and(|(_, head)| head.flags.has(Flags::OPEN));
            self.change(number, |flags| flags.with(Flags::OPEN, open));
            if heads.last() != Some(&tail.head) {
                heads.push(tail.head);
            }
        }
        if !self.sift.filters.is_empty() {
            heads.sort_unstable();
            heads.dedup();
            // Those before it are judged when their turn comes.
            for head in heads {
                self.judge_record(head);
            }
        }
    }

    /// The records that lines from `from` on can belong to.
    fn find_tails(&mut self, from: u64) {
        self.sources.iter_mut().for_each(|source| source.tails = Tails::default());
        let Some(begins) = self.record(from).map(|(_, record)| record.place()) else { return };
        let mut known = vec![[false; STREAMS]; self.sources.len()];
        for number in (self.first..from).rev() {
            let Some((_, record)) = self.record(number) else { return };
            let (source, place) = (usize::from(record.source), record.place());
            if !place.is_near(begins, WITHIN) {
                return;
            }
            let Some(stream) = record.stream() else {
                known[source] = [true; STREAMS];
                continue;
            };
            if !std::mem::replace(&mut known[source][stream], true) {
                let head = self.head_of(number);
                let lines = self.members(head).take_while(|member| *member < from).count() + 1;
                let lines = u32::try_from(lines).unwrap_or(u32::MAX);
                self.sources[source].tails[stream] = Some(Tail { head, place, lines });
            }
        }
    }

    /// What belonged to lines that were given up stands for itself.
    pub(super) fn unlink(&mut self, gone: &Segment) {
        let Some(latest) = gone.latest() else { return };
        let mut last: Vec<[Option<bool>; STREAMS]> = vec![[None; STREAMS]; self.sources.len()];
        for record in gone.records().iter().rev().take_while(|record| record.place().is_near(latest, WITHIN))
        {
            let may_go_on = record.flags.has(Flags::FOLDS) || record.flags.has(Flags::CONTINUES);
            let last = &mut last[usize::from(record.source)];
            match record.stream() {
                Some(stream) => _ = last[stream].get_or_insert(may_go_on),
                None => last.iter_mut().for_each(|last| _ = last.get_or_insert(false)),
            }
        }
        let mut left = last.iter().flatten().filter(|last| **last == Some(true)).count();
        for number in self.first..self.end() {
            let Some((_, record)) =
                self.record(number).filter(|(_, record)| left > 0 && latest.is_near(record.place(), WITHIN))
            else {
                return;
            };
            let (source, place, flags) = (usize::from(record.source), record.place(), record.flags);
            let Some(stream) = record.stream() else { continue };
            if last[source][stream].take() == Some(true) {
                left -= 1;
                if flags.has(Flags::CONTINUES) {
                    self.behead(number, (source, stream), place);
                }
            }
        }
    }

    /// The line begins a record of what is left of the one that it belonged to.
    fn behead(&mut self, number: u64, (source, stream): (usize, usize), place: Place) {
        self.change(number, |flags| flags.with(Flags::CONTINUES, false).with(Flags::FOLDS, true));
        let lines = self.members(number).count();
        self.change(number, |flags| flags.with(Flags::FOLDS, lines > 0));
        if let Some(tail) = &mut self.sources[source].tails[stream]
            && tail.head < self.first
        {
            let lines = u32::try_from(lines + 1).unwrap_or(u32::MAX);
            *tail = Tail { head: number, place: tail.place.max(place), lines };
        }
    }
}

fn is_same_stream(one: &Record, other: &Record) -> bool {
    one.source == other.source && one.kind == other.kind
}

/// Whether no record goes on over this one: a word of ours on the other's container.
fn interrupts(one: &Record, other: &Record) -> bool {
    one.source == other.source && one.stream().is_none()
}
