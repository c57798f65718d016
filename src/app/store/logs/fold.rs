//! Records of several lines: a traceback belongs to the line that it begins with, and is folded beneath it. A line
//! belongs to the one before it of the same container, whatever other containers wrote in between, unless some time
//! lies between them.

use super::LogStore;
use super::line::Kind;
use super::record::Flags;
use super::segment::Segment;
use std::ops::Range;

/// A line that comes later than this after the one before it, in nanoseconds, belongs to none.
const WITHIN: i64 = 2_000_000_000;
/// A record has no more lines than this; what follows begins another one.
const MOST_LINES: u32 = 1_000;

/// The record that a container's next line may belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    head: u64,
    /// When its last line came.
    time: i64,
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
        let (source, mut time) = (line.source, line.time);
        if !line.flags.has(Flags::CONTINUES) {
            return number;
        }
        for before in (self.first..number).rev() {
            let Some((_, record)) = self.record(before) else { break };
            if time.saturating_sub(record.time) > WITHIN {
                break;
            }
            if record.source == source {
                if !record.flags.has(Flags::CONTINUES) {
                    return before;
                }
                time = record.time;
            }
        }
        number
    }

    /// The lines that belong to this one.
    pub fn members(&self, head: u64) -> impl Iterator<Item = u64> + '_ {
        let known = self.record(head).filter(|(_, record)| record.flags.has(Flags::FOLDS));
        let end = if known.is_some() { self.end() } else { 0 };
        let (source, mut time) = known.map_or((0, 0), |(_, record)| (record.source, record.time));
        let after = (head + 1..end).map_while(move |number| {
            let (_, record) = self.record(number)?;
            let own = record.source == source;
            let goes_on =
                record.time.saturating_sub(time) <= WITHIN && (!own || record.flags.has(Flags::CONTINUES));
            if own {
                time = record.time;
            }
            goes_on.then_some((number, own))
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
        let tails: Vec<_> = self.sources.iter_mut().map(|source| source.tail.take()).collect();
        self.link_lines(self.first..end);
        for (source, tail) in self.sources.iter_mut().zip(tails) {
            source.tail = tail;
        }
    }

    fn link_lines(&mut self, numbers: Range<u64>) {
        let mut heads = Vec::new();
        for number in numbers {
            let Some((_, record)) = self.record(number) else { continue };
            let (source, time, flags) = (usize::from(record.source), record.time, record.flags);
            if matches!(record.kind, Kind::Gap | Kind::Note) {
                self.sources[source].tail = None;
                continue;
            }
            let tail = self.sources[source].tail.filter(|tail| {
                flags.has(Flags::CONTINUES)
                    && time.saturating_sub(tail.time) <= WITHIN
                    && tail.lines < MOST_LINES
            });
            let Some(tail) = tail else {
                self.sources[source].tail = Some(Tail { head: number, time, lines: 1 });
                let known = Flags::CONTINUES.and(Flags::FOLDS);
                if flags.with(known, false) != flags {
                    self.change(number, |flags| flags.with(known, false));
                }
                continue;
            };
            self.sources[source].tail = Some(Tail { time, lines: tail.lines + 1, ..tail });
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
        self.sources.iter_mut().for_each(|source| source.tail = None);
        let Some(begins) = self.record(from).map(|(_, record)| record.time) else { return };
        let mut known = vec![false; self.sources.len()];
        for number in (self.first..from).rev() {
            let Some((_, record)) = self.record(number) else { return };
            let (source, time) = (usize::from(record.source), record.time);
            if begins.saturating_sub(time) > WITHIN {
                return;
            }
            if !std::mem::replace(&mut known[source], true) && !matches!(record.kind, Kind::Gap | Kind::Note)
            {
                let head = self.head_of(number);
                let lines = self.members(head).take_while(|member| *member < from).count() + 1;
                let lines = u32::try_from(lines).unwrap_or(u32::MAX);
                self.sources[source].tail = Some(Tail { head, time, lines });
            }
        }
    }

    /// What belonged to lines that were given up stands for itself.
    pub(super) fn unlink(&mut self, gone: &Segment) {
        let Some(latest) = gone.latest() else { return };
        let is_near = |time: i64| latest.abs_diff(time) <= WITHIN.unsigned_abs();
        let mut last: Vec<Option<bool>> = vec![None; self.sources.len()];
        for record in gone.records().iter().rev().take_while(|record| is_near(record.time)) {
            let may_go_on = record.flags.has(Flags::FOLDS) || record.flags.has(Flags::CONTINUES);
            last[usize::from(record.source)].get_or_insert(may_go_on);
        }
        let mut left = last.iter().filter(|last| **last == Some(true)).count();
        for number in self.first..self.end() {
            let Some((_, record)) =
                self.record(number).filter(|(_, record)| left > 0 && is_near(record.time))
            else {
                return;
            };
            let (source, time, flags) = (usize::from(record.source), record.time, record.flags);
            if last[source].take() == Some(true) {
                left -= 1;
                if flags.has(Flags::CONTINUES) {
                    self.behead(number, source, time);
                }
            }
        }
    }

    /// The line begins a record of what is left of the one that it belonged to.
    fn behead(&mut self, number: u64, source: usize, time: i64) {
        self.change(number, |flags| flags.with(Flags::CONTINUES, false).with(Flags::FOLDS, true));
        let lines = self.members(number).count();
        self.change(number, |flags| flags.with(Flags::FOLDS, lines > 0));
        if let Some(tail) = &mut self.sources[source].tail
            && tail.head < self.first
        {
            let lines = u32::try_from(lines + 1).unwrap_or(u32::MAX);
            *tail = Tail { head: number, time: tail.time.max(time), lines };
        }
    }
}
