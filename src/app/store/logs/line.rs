//! One line on its way into the ring, and as it is read from there.

use crate::domain::log::{Level, Place};
use crate::domain::safe::{StyleRun, TextStyle};
use crate::domain::{ContainerId, LogLineRef, LogSource, Safe};
use jiff::Timestamp;

/// A line as the ring gives it out.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the line")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'a> {
    pub number: u64,
    pub time: Option<Timestamp>,
    pub container: &'a ContainerId,
    /// The container's short name among its siblings: `mcp-inference-3`.
    pub tag: &'a Safe,
    /// Tells containers apart by colour; counts from 0 in the order of their first lines.
    pub tag_index: usize,
    pub kind: LineKind,
    pub text: &'a str,
    pub runs: &'a [StyleRun],
    /// How many bytes did not fit; the text ends in `…` when it is not 0.
    pub cut_bytes: u32,
    /// How grave it is, where that is known.
    pub level: Option<Level>,
    /// Whether it matches what is searched for.
    pub is_match: bool,
    /// The filters let it through.
    pub is_kept: bool,
    /// It belongs to a line before it of the same container.
    pub continues: bool,
    /// Other lines belong to it.
    pub folds: bool,
    /// It is unfolded, with what belongs to it.
    pub is_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Written(LogSource),
    /// So many lines are missing here.
    Gap(u64),
    /// A word of ours: a stream ended.
    Note,
}

/// A line of ours on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub container: ContainerId,
    /// Where it stands among the lines; `None` is behind all of them.
    pub time: Option<Timestamp>,
    pub text: Safe,
}

impl<'a> Line<'a> {
    /// The text in pieces of one style each.
    pub fn pieces(&self) -> impl Iterator<Item = (&'a str, TextStyle)> + 'a {
        let (text, runs) = (self.text, self.runs);
        let first = runs.first().map_or(text.len(), |run| run.start as usize);
        let head = (first > 0).then(|| (&text[..first], TextStyle::default()));
        let ends = runs.iter().skip(1).map(|run| run.start as usize).chain([text.len()]);
        let tail = runs.iter().zip(ends).map(|(run, end)| (&text[run.start as usize..end], run.style));
        head.into_iter().chain(tail)
    }
}

/// A line on its way in.
pub(super) struct Entry<'a> {
    pub(super) place: Place,
    /// Nanoseconds since 1970; the least one where it has none.
    pub(super) time: i64,
    pub(super) source: u16,
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) runs: &'a [StyleRun],
    /// Bytes that were cut off, or the lines that are missing in a gap.
    pub(super) count: u32,
    pub(super) level: Option<Level>,
    pub(super) continues: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Stdout,
    Stderr,
    Console,
    Gap,
    Note,
}

impl<'a> Entry<'a> {
    /// Its place is found when all are known that came with it.
    pub(super) fn line(line: LogLineRef<'a>, source: u16) -> Self {
        let kind = match line.source {
            LogSource::Stdout => Kind::Stdout,
            LogSource::Stderr => Kind::Stderr,
            LogSource::Console => Kind::Console,
        };
        Self {
            place: Place::FIRST,
            time: nanoseconds(line.time).unwrap_or(i64::MIN),
            source,
            kind,
            text: line.text,
            runs: line.runs,
            count: line.cut_bytes,
            level: line.level,
            continues: line.continues,
        }
    }

    pub(super) fn gap(source: u16, place: Place, missing: u64) -> Self {
        let count = u32::try_from(missing).unwrap_or(u32::MAX);
        Self { kind: Kind::Gap, count, ..Self::note(source, place, "") }
    }

    pub(super) fn note(source: u16, place: Place, text: &'a str) -> Self {
        let (time, kind) = (place.order, Kind::Note);
        Self { place, time, source, kind, text, runs: &[], count: 0, level: None, continues: false }
    }
}

/// Nanoseconds since 1970; what lies outside of 1677 to 2262 has none.
pub(super) fn nanoseconds(time: Option<Timestamp>) -> Option<i64> {
    time.and_then(|time| i64::try_from(time.as_nanosecond()).ok())
}
