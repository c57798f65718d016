//! Pages from before what is held. They get lower numbers than all that is held, so that every number stays what it was
//! to those who hold it.

use super::order::{self, Step};
use super::record::Flags;
use super::segment::Segment;
use super::{LineKind, LogStore};
use crate::domain::log::{Course, Epochs, Place};
use crate::domain::{ContainerId, LogLine, LogLines, Safe, StyledLine};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// A page that would leave less than this share of the ring free is not asked for.
const ROOM: usize = 16;

/// A container's lines from a place on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldFrom {
    pub lines: u64,
    /// The time of the first one that has one.
    pub first: Option<Timestamp>,
}

impl LogStore {
    /// Whether there is no room for older lines. They would push out the newest ones, or be the next to go.
    pub fn is_full(&self) -> bool {
        self.bytes() + self.limit / ROOM > self.limit
    }

    /// The number of the first line that is not older than this.
    pub fn number_at(&self, time: Timestamp) -> u64 {
        let at_or_after =
            |number: &u64| self.line(*number).is_some_and(|line| line.time.is_some_and(|own| own >= time));
        (self.first..self.end()).find(at_or_after).unwrap_or_else(|| self.end())
    }

    /// The time of the first line that has one.
    pub fn begins(&self) -> Option<Timestamp> {
        self.lines_from(self.first).find_map(|line| line.time)
    }

    pub fn last_time(&self) -> Option<Timestamp> {
        (self.first..self.end()).rev().find_map(|number| self.line(number)?.time)
    }

    /// What the daemon has of each container from this line on, the lines that are missing here included.
    pub fn held_from(&self, number: u64) -> HashMap<ContainerId, HeldFrom> {
        let mut held: HashMap<ContainerId, HeldFrom> = HashMap::new();
        for line in self.lines_from(number) {
            let (count, time) = match line.kind {
                LineKind::Written(_) => (1, line.time),
                LineKind::Gap(missing) => (missing, None),
                LineKind::Note => continue,
            };
            if !held.contains_key(line.container) {
                held.insert(line.container.clone(), HeldFrom::default());
            }
            if let Some(known) = held.get_mut(line.container) {
                known.lines += count;
                known.first = known.first.or(time);
            }
        }
        held
    }

    /// Lines before this one, of the containers that `is_wanted` names, on their own.
    pub fn copy_before(&self, number: u64, is_wanted: impl Fn(&ContainerId) -> bool) -> Vec<LogLine> {
        let before = self.lines_from(self.first).take_while(|line| line.number < number);
        before
            .filter_map(|line| match line.kind {
                LineKind::Written(source) if is_wanted(line.container) => Some(LogLine {
                    container: line.container.clone(),
                    time: line.time,
                    source,
                    line: StyledLine {
                        text: Safe::new(line.text),
                        runs: line.runs.into(),
                        cut_bytes: line.cut_bytes,
                    },
                    level: line.level,
                    continues: line.continues,
                }),
                LineKind::Written(_) | LineKind::Gap(_) | LineKind::Note => None,
            })
            .collect()
    }

    /// Puts a page right before line `edge`, in place of all that is held before it; the newest lines of it, as far as
    /// there is room. Says how many did not fit. They are searched like all others, when their turn comes.
    pub fn prepend(&mut self, page: &LogLines, edge: u64) -> usize {
        self.give_up_before(edge);
        let edge = self.first;
        let mut entries = self.entries(page);
        // What the clock did before has nothing to do with what it did since.
        let mut courses = vec![Course::default(); self.sources.len()];
        let mut steps = order::place(&mut entries, Place::FIRST, &mut Epochs::default(), &mut courses);
        steps.extend(self.step_before(edge, &courses));
        entries.extend(steps.iter().map(Step::entry));
        entries.sort_by_key(|entry| entry.place);
        let mut room = self.limit.saturating_sub(self.bytes());
        let fitting = entries.iter().rev().take_while(|entry| {
            let size = Segment::size_of(entry);
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        });
        let skipped = entries.len() - fitting.count();
        let mut rest = &entries[skipped..];
        self.first = edge - rest.len() as u64;
        let mut pages = Vec::new();
        let mut number = self.first;
        while !rest.is_empty() {
            let mut segment = Segment::new(number);
            let (taken, _) = segment.push(rest, super::SEGMENT_BYTES, |entry| {
                self.sift.flags(entry).with(Flags::CONTINUES, entry.continues)
            });
            segment.close();
            number = segment.end();
            pages.push(Arc::new(segment));
            rest = &rest[taken..];
        }
        pages.into_iter().rev().for_each(|segment| self.segments.push_front(segment));
        if let Some(search) = &mut self.search {
            search.low = search.low.max(edge);
        }
        if self.sift.low <= edge {
            // The page was sifted on its way in.
            self.sift.low = self.first;
        }
        self.relink(edge);
        skipped
    }

    /// The clock went back right before the line, after lines that the courses have come to.
    fn step_before(&self, number: u64, courses: &[Course]) -> Option<Step> {
        let record = self.record(number)?.1;
        let course = courses.get(usize::from(record.source))?;
        let last = courses.iter().map(|course| course.at()).max()?;
        let back = course.at().order.saturating_sub(record.time);
        let by = Duration::from_nanos(u64::try_from(back).ok()?);
        course.steps_back(record.time).then(|| Step::after(record.source, last, by))
    }

    fn give_up_before(&mut self, edge: u64) {
        while let Some(segment) = self.segments.front_mut() {
            if segment.end() > edge {
                Arc::make_mut(segment).give_up_before(edge);
                break;
            }
            self.segments.pop_front();
        }
        self.first = edge;
    }
}
