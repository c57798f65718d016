//! One container's stream: how far it was read, and what of it comes twice when it is opened again.

use super::runs::Runs;
use crate::domain::Fault;
use crate::domain::log::SKEW;
use jiff::{SignedDuration, Timestamp};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// How long an interruption is reckoned with where the clock was set back meanwhile: nobody knows when that was.
const AWAY: SignedDuration = SignedDuration::from_mins(10);
/// The daemon's clock may be so much ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_secs(2);
/// Lines of one nanosecond that are told apart. A container that writes more of them at once has no clock.
const MOST_AT_ONCE: usize = 4096;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    pub open: bool,
    /// The time of the line that came last. A clock that was set back makes it earlier than that of others.
    pub last: Option<Timestamp>,
    /// The time of the youngest line, and of the oldest.
    pub latest: Option<Timestamp>,
    pub earliest: Option<Timestamp>,
    /// The texts of the lines that came with the time of the last one.
    at_last: Vec<u64>,
    /// How many lines came, those that were dropped on their way included.
    pub received: u64,
    /// How many of the log's last lines were asked for; `None` is all of them.
    pub tail: Option<u64>,
    seam: Option<Seam>,
    /// From when on it was asked for when it was opened again.
    since: Option<Timestamp>,
    /// How far back it was read beyond what it began with.
    pub(in crate::app) reach: Reach,
    /// When the container was started whose lines these are.
    pub started: Option<Timestamp>,
    /// What is known of the container's runs, and was told of them.
    pub(in crate::app) runs: Runs,
    /// Ended because the daemon went away, or because nobody looked on: it goes on where it was.
    pub lost: bool,
    /// Ended with a fault.
    pub broken: bool,
}

/// How far back a log was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// To the first of the lines that were asked for at first.
    #[default]
    Tail,
    /// All from this time on.
    To(Timestamp),
    /// All there is, or all that can be read.
    Beginning,
}

/// Where a stream was read to before it was opened again. The daemon repeats what stands around it, in the order of its
/// file; all up to here was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seam {
    last: Timestamp,
    latest: Timestamp,
    /// Those lines of that very nanosecond that have not been repeated yet.
    expected: Vec<u64>,
}

/// Why a stream ended, and when that was heard.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct End {
    pub(in crate::app) fault: Option<Fault>,
    pub(in crate::app) heard: Timestamp,
}

impl Stream {
    /// Begins with so many of the log's last lines.
    pub(in crate::app) fn new(tail: Option<u64>, started: Option<Timestamp>) -> Self {
        Self { open: true, tail, started, ..Self::default() }
    }

    /// Is opened again behind what was read. Says from when on it must be asked for; `None` when nothing was read.
    ///
    /// The daemon gives nothing that has an earlier time than it is asked for. Where the clock was set back, what it writes
    /// now has: then more is asked for, and what comes twice is dropped as ever.
    pub(in crate::app) fn resume(&mut self, started: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        (self.open, self.lost, self.broken) = (true, false, false);
        self.started = started;
        let (last, latest) = (self.last?, self.latest?);
        self.seam = Some(Seam { last, latest, expected: self.at_last.clone() });
        let earlier = |time: Timestamp, by| time.saturating_sub(by).unwrap_or(time);
        let is_ahead = last > now.saturating_add(AHEAD).unwrap_or(now);
        self.since = Some(if is_ahead { earlier(now, AWAY) } else { earlier(last, SKEW) });
        self.since
    }

    /// Whether the clock was set back behind what the stream was asked for, so that nothing would come of it any more.
    pub(in crate::app) fn is_deaf(&self, now: Timestamp) -> bool {
        let latest = now.saturating_add(AHEAD).unwrap_or(now);
        self.open && self.since.is_some_and(|since| since > latest)
    }

    /// Whether the line came before the stream was opened again. To be asked of each line, in order.
    pub(in crate::app) fn is_repeated(&mut self, time: Option<Timestamp>, text: &str) -> bool {
        let (Some(seam), Some(time)) = (&mut self.seam, time) else { return false };
        if time > seam.latest {
            self.seam = None;
            return false;
        }
        if time != seam.last {
            return true;
        }
        let hash = hash(text);
        let Some(index) = seam.expected.iter().position(|expected| *expected == hash) else { return false };
        seam.expected.swap_remove(index);
        if seam.expected.is_empty() {
            self.seam = None;
        }
        true
    }

    pub(in crate::app) fn is_resumed(&self) -> bool {
        self.seam.is_some()
    }

    /// Lines came in, in the order in which they were written.
    pub(in crate::app) fn note<'a>(
        &mut self,
        lines: impl Iterator<Item = (Option<Timestamp>, &'a str)> + Clone,
    ) {
        let mut last = None;
        for (time, _) in lines.clone() {
            self.received += 1;
            let Some(time) = time else { continue };
            self.latest = self.latest.max(Some(time));
            self.earliest = Some(self.earliest.map_or(time, |earliest| earliest.min(time)));
            last = Some(time);
        }
        let Some(last) = last else { return };
        if self.last != Some(last) {
            self.last = Some(last);
            self.at_last.clear();
        }
        let of_last = lines.filter(|(time, _)| *time == Some(last));
        let room = MOST_AT_ONCE.saturating_sub(self.at_last.len());
        self.at_last.extend(of_last.take(room).map(|(_, text)| hash(text)));
    }

    /// From when on all of its lines came; `None` when there are no others.
    pub(in crate::app) fn complete_since(&self) -> Option<Timestamp> {
        match self.reach {
            Reach::Tail => self.earliest.filter(|_| self.tail.is_some_and(|tail| self.received >= tail)),
            Reach::To(time) => Some(time),
            Reach::Beginning => None,
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millisecond: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(millisecond).ok()
    }

    type Written = (Option<Timestamp>, &'static str);

    /// The stream has read so many lines of the log and is opened again: what comes in then.
    fn read_again(log: &[Written], read: usize) -> Vec<Written> {
        let mut stream = Stream::new(None, None);
        stream.note(log[..read].iter().copied());
        let since = stream.resume(None, Timestamp::MAX);
        let repeated = log.iter().filter(|(time, _)| *time >= since);
        repeated.filter(|(time, text)| !stream.is_repeated(*time, text)).copied().collect()
    }

    #[test]
    fn of_lines_of_one_nanosecond_only_those_that_were_read_are_dropped() {
        let log = [(at(1), "a"), (at(2), "b"), (at(2), "b"), (at(2), "c"), (at(2), "b"), (at(3), "d")];
        for read in 1..log.len() {
            assert_eq!(read_again(&log, read), log[read..], "{read} were read");
        }
    }

    #[test]
    fn lines_behind_a_clock_that_was_set_back_are_neither_lost_nor_repeated() {
        let log = [
            (at(9_000), "a"),
            (at(9_500), "b"),
            (at(2_000), "c"),
            (at(2_001), "d"),
            (at(9_400), "e"),
            (at(9_600), "f"),
        ];
        for read in 1..log.len() {
            let since = log[read - 1].0.map(|time| time.saturating_sub(SKEW).unwrap());
            // The daemon itself leaves out what is older than what it is asked for.
            let rest: Vec<_> = log[read..].iter().filter(|(time, _)| *time >= since).copied().collect();
            assert_eq!(read_again(&log, read), rest, "{read} were read");
        }
    }

    #[test]
    fn what_is_written_behind_a_step_back_is_asked_for() {
        let hour = 3_600_000;
        let log =
            [(at(2 * hour), "a"), (at(2 * hour + 5), "b"), (at(hour + 1_000), "c"), (at(hour + 2_000), "d")];
        let mut stream = Stream::new(None, None);
        stream.note(log[..2].iter().copied());
        let now = at(hour + 3_000).unwrap();
        let since = stream.resume(None, now);
        assert!(since < log[2].0, "{since:?}");
        let came = log.iter().filter(|(time, _)| *time >= since).copied();
        let new: Vec<_> = came.filter(|(time, text)| !stream.is_repeated(*time, text)).collect();
        assert_eq!(new, log[2..], "neither lost nor twice");
        assert!(!stream.is_deaf(now));
    }

    #[test]
    fn a_stream_is_deaf_once_the_clock_is_before_what_it_was_asked_for() {
        let mut stream = Stream::new(None, None);
        stream.note([(at(90_000), "a")].into_iter());
        stream.resume(None, at(100_000).unwrap());
        assert!(!stream.is_deaf(at(100_000).unwrap()));
        assert!(stream.is_deaf(at(50_000).unwrap()));
        stream.resume(None, at(50_000).unwrap());
        assert!(!stream.is_deaf(at(50_000).unwrap()), "it is asked for more");
    }

    #[test]
    fn a_stream_that_brought_fewer_lines_than_asked_for_has_no_older_ones() {
        let mut stream = Stream::new(Some(3), None);
        stream.note([(at(1), "a"), (at(2), "b")].into_iter());
        assert_eq!(stream.complete_since(), None);
        stream.note([(at(3), "c")].into_iter());
        assert_eq!(stream.complete_since(), at(1));
    }

    proptest! {
        /// Two streams' stamps cross by up to the skew; many lines share one.
        #[test]
        fn every_line_comes_once(steps in prop::collection::vec((0_i64..3, -2_i64..=0, 0_usize..3), 1..60), cut in 0_usize..60) {
            let mut now = 1_000;
            let log: Vec<Written> = steps
                .iter()
                .map(|(step, skew, text)| {
                    now += step * 20;
                    (at(now + skew), ["x", "y", "z"][*text])
                })
                .collect();
            let read = cut.min(log.len());
            if read > 0 {
                let mut again = read_again(&log, read);
                let mut expected = log[read..].to_vec();
                again.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(again, expected);
            }
        }
    }
}
