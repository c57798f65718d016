//! What the followed streams say, each kind of line once: the templates of the lines, how often and how fast they come,
//! and which of them nobody wrote before the last deployment.
//!
//! It is fed only while somebody looks: with the lines that come from then on, and with those that are held, from the
//! newest backwards, in slices.

mod rate;
mod records;

pub use records::Written;

use super::logs::{LineKind, LogStore, Shift};
use crate::app::message::LogBatch;
use crate::domain::log::{Level, mask_into};
use crate::domain::{ContainerId, Safe};
use jiff::Timestamp;
use rate::Rate;
use records::Begun;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Templates that are kept; beyond them, those seen longest ago go.
pub const MOST: usize = 1000;
/// How many go at once, so that finding them costs little for each line.
const AT_ONCE: usize = MOST / 4;
/// Templates that are gone and known by their hash alone, so that their return is not taken for something new.
const MOST_GONE: usize = 10_000;
/// Bytes of an example; the line itself has them all.
const LONGEST_EXAMPLE: usize = 512;

/// Names a template in this store, and in any other.
pub type PatternId = u64;

#[derive(Debug, Clone, Default)]
pub struct PatternStore {
    /// Whose lines these are; `None` while nobody looks.
    generation: Option<u64>,
    patterns: HashMap<PatternId, LinePattern>,
    gone: HashMap<PatternId, Timestamp>,
    /// How many templates were given up.
    given_up: u64,
    /// Who wrote the lines: the name, which a recreated container shares with the one before, and its oldest line.
    writers: Vec<(Safe, Option<Timestamp>)>,
    /// The lines from this number on were read.
    low: u64,
    /// The time of the last line read; what is older and comes late is among those that are yet to be read.
    edge: Option<Timestamp>,
    /// By their writers.
    tracebacks: BTreeMap<usize, Begun>,
    masked: String,
}

/// A template and what is known of its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct LinePattern {
    /// With its variable parts masked; see [`crate::domain::log::Template`].
    pub text: Safe,
    /// The gravest that any of its lines had.
    pub level: Option<Level>,
    pub count: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// One of its lines.
    pub example: Safe,
    writers: Vec<usize>,
    rate: Rate,
}

impl PatternStore {
    pub fn is_on(&self) -> bool {
        self.generation.is_some()
    }

    pub fn is_of(&self, generation: u64) -> bool {
        self.generation == Some(generation)
    }

    /// Begins anew, with these streams.
    pub fn begin(&mut self, generation: u64, logs: &LogStore) {
        *self = Self {
            generation: Some(generation),
            low: logs.end(),
            edge: logs.end().checked_sub(1).and_then(|last| logs.line(last)).and_then(|line| line.time),
            masked: std::mem::take(&mut self.masked),
            ..Self::default()
        };
    }

    pub fn stop(&mut self) {
        *self = Self::default();
    }

    /// Lines that came in just now, before the ring moves for them.
    pub fn apply(&mut self, batch: &LogBatch, logs: &LogStore, tag: impl Fn(&ContainerId) -> Safe) {
        let behind = self.is_behind(logs);
        let mut writer: Option<(&ContainerId, usize)> = None;
        for line in batch.lines.iter() {
            if behind && line.time.is_some() && line.time <= self.edge {
                continue;
            }
            let index = match writer {
                Some((container, index)) if container == line.container => index,
                Some(_) | None => self.writer(&tag(line.container)),
            };
            writer = Some((line.container, index));
            self.push(Written::of(&line), index);
        }
    }

    /// Counts the next line of this writer.
    pub fn count(&mut self, line: Written<'_>, tag: &Safe) {
        let writer = self.writer(tag);
        self.push(line, writer);
    }

    /// Lines were put in between others.
    pub fn hold(&mut self, shift: &Shift) {
        self.low = shift.of(self.low);
    }

    /// Reads the next `lines` lines backwards.
    pub fn read_on(&mut self, logs: &LogStore, lines: u64) {
        let low = self.low;
        let from = low.saturating_sub(lines).max(logs.first());
        for line in logs.lines_from(from).take_while(|line| line.number < low) {
            if let LineKind::Written(_) = line.kind {
                self.push_held(&line, logs);
            }
        }
        self.low = from;
        self.edge = logs.line(from).and_then(|line| line.time);
    }

    /// Whether lines that are held were not read yet.
    pub fn is_behind(&self, logs: &LogStore) -> bool {
        self.is_on() && self.low > logs.first()
    }

    pub fn get(&self, id: PatternId) -> Option<&LinePattern> {
        self.patterns.get(&id)
    }

    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// The oldest line of all.
    pub fn begins(&self) -> Option<Timestamp> {
        self.writers.iter().filter_map(|(_, oldest)| *oldest).min()
    }

    /// All of them: what is new since then first, then by gravity and number.
    pub fn sorted(&self, since: Option<Timestamp>) -> Vec<PatternId> {
        let mut patterns: Vec<(&PatternId, &LinePattern)> = self.patterns.iter().collect();
        patterns.sort_by_cached_key(|(id, pattern)| {
            (!self.is_new(pattern, since), Reverse((pattern.level, pattern.count)), **id)
        });
        patterns.into_iter().map(|(id, _)| *id).collect()
    }

    /// Whether none of its lines is older, though its writers wrote others before.
    pub fn is_new(&self, pattern: &LinePattern, since: Option<Timestamp>) -> bool {
        let (Some(since), Some(first)) = (since, pattern.first) else { return false };
        first >= since && self.could_compare(pattern.writers.iter().copied(), since)
    }

    /// Whether lines from before that time are known at all.
    pub fn has_before(&self, since: Timestamp) -> bool {
        self.could_compare(0..self.writers.len(), since)
    }

    /// Whether its writers wrote anything before that time, so that it can be called old or new.
    pub fn can_judge(&self, pattern: &LinePattern, since: Timestamp) -> bool {
        self.could_compare(pattern.writers.iter().copied(), since)
    }

    /// The services of which no line from before that time is known.
    pub fn without_before(&self, since: Timestamp) -> BTreeSet<&str> {
        let indices =
            (0..self.writers.len()).filter(|index| !self.could_compare(std::iter::once(*index), since));
        indices.filter_map(|index| self.writers.get(index)).map(|(tag, _)| service_of(tag)).collect()
    }

    pub fn writers<'a>(&'a self, pattern: &'a LinePattern) -> impl Iterator<Item = &'a Safe> {
        pattern.writers.iter().filter_map(|index| self.writers.get(*index)).map(|(tag, _)| tag)
    }

    /// Lines per minute over the last five; `None` where its lines have no times.
    pub fn per_minute(&self, pattern: &LinePattern, now: Timestamp) -> Option<f64> {
        pattern.last?;
        Some(pattern.rate.per_minute(now, self.begins()))
    }

    /// A service is compared with what its replicas wrote, for deploying it may have given it other containers.
    fn could_compare(&self, mut writers: impl Iterator<Item = usize>, since: Timestamp) -> bool {
        writers.any(|index| {
            let Some((tag, _)) = self.writers.get(index) else { return false };
            let service = service_of(tag);
            self.writers.iter().any(|(other, oldest)| {
                oldest.is_some_and(|oldest| oldest < since) && service_of(other) == service
            })
        })
    }

    fn writer(&mut self, tag: &Safe) -> usize {
        let found = self.writers.iter().position(|(known, _)| known == tag);
        found.unwrap_or_else(|| {
            self.writers.push((tag.clone(), None));
            self.writers.len() - 1
        })
    }

    /// The writer has written something then.
    fn note(&mut self, time: Option<Timestamp>, writer: usize) {
        let oldest = &mut self.writers[writer].1;
        *oldest = older(*oldest, time);
    }

    /// Counts what stands for a record.
    fn take(&mut self, line: Written<'_>, writer: usize) {
        let Written { text, time, level, continues: _ } = line;
        let id = mask_into(text, &mut self.masked);
        if !self.patterns.contains_key(&id) {
            self.make_room();
            let pattern = LinePattern {
                text: Safe::new(&self.masked),
                level: None,
                count: 0,
                first: self.gone.get(&id).copied(),
                last: None,
                example: Safe::new(cut(text)),
                writers: Vec::new(),
                rate: Rate::default(),
            };
            self.patterns.insert(id, pattern);
        }
        let Some(pattern) = self.patterns.get_mut(&id) else { return };
        pattern.count += 1;
        pattern.level = pattern.level.max(level);
        pattern.first = older(pattern.first, time);
        pattern.last = pattern.last.max(time);
        if !pattern.writers.contains(&writer) {
            pattern.writers.push(writer);
        }
        if let Some(time) = time {
            pattern.rate.count(time);
        }
    }

    fn make_room(&mut self) {
        if self.patterns.len() < MOST {
            return;
        }
        let mut seen: Vec<(Option<Timestamp>, PatternId)> =
            self.patterns.iter().map(|(id, pattern)| (pattern.last, *id)).collect();
        seen.sort_unstable();
        for (_, id) in seen.into_iter().take(AT_ONCE) {
            let first = self.patterns.remove(&id).and_then(|pattern| pattern.first);
            self.given_up += 1;
            if let Some(first) = first
                && self.gone.len() < MOST_GONE
            {
                self.gone.insert(id, first);
            }
        }
    }
}

impl LinePattern {
    /// What finds its lines in the log: the longest part that stays the same in all of them, as a regular expression.
    /// `None` where nothing does.
    pub fn search(&self) -> Option<String> {
        let parts = self.text.split(['‹', '›']).map(|part| part.trim_matches([' ', '"', '\'', '…']));
        // Between the brackets stands the kind of what was masked, which no line has.
        let longest = parts.step_by(2).max_by_key(|part| part.len()).filter(|part| part.len() > 1)?;
        Some(regex::escape(longest))
    }
}

fn older(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// `api` of the replica `api-2`.
fn service_of(tag: &str) -> &str {
    match tag.rsplit_once('-') {
        Some((service, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            service
        }
        Some(_) | None => tag,
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_EXAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
