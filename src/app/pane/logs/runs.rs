//! The starts and the ends of one container while its log is on the screen. Each is told once.
//!
//! The daemon's events tell of every one of them, in order, even where the runs are shorter than an inspect takes. They
//! come a little after what they tell of, though, so that a new run's first lines would stand before its start: a start
//! waits for the inspect that says when exactly it was. What happened while the daemon was away only an inspect tells.

use jiff::Timestamp;
use std::time::Duration;

/// A start waits so long for its inspect.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::app) struct Runs {
    /// The last start that is known.
    begun: Option<Timestamp>,
    /// The last end that is known.
    ended: Option<Timestamp>,
    /// That end needs no more words.
    is_told: bool,
    /// When the daemon told of a start, and when that was heard.
    starting: Option<(Timestamp, Timestamp)>,
}

/// What is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Turning {
    Started { at: Timestamp, again: bool },
    Ended { at: Timestamp, exit_code: Option<i64> },
}

impl Runs {
    /// As they stand when the log is opened: these are no news.
    pub(in crate::app) fn known(begun: Option<Timestamp>, ended: Option<Timestamp>) -> Self {
        Self { begun, ended, ..Self::default() }
    }

    /// The daemon tells that the container started.
    pub(in crate::app) fn start(&mut self, at: Timestamp, heard: Timestamp) -> Option<Turning> {
        let is_after_end = self.ended.is_some_and(|ended| at > ended);
        if self.begun.is_some_and(|begun| at < begun) {
            // An inspect was ahead of the events: this run is over already, and its end comes next.
            return is_after_end.then_some(Turning::Started { at, again: true });
        }
        if !self.runs() && (self.ended.is_none() || is_after_end) {
            self.starting = Some((at, heard));
        }
        None
    }

    /// The daemon tells that the container ended.
    pub(in crate::app) fn end(&mut self, at: Timestamp, exit_code: Option<i64>) -> [Option<Turning>; 2] {
        let is_known = self.ended.is_some_and(|ended| at <= ended);
        if is_known || (self.starting.is_none() && self.is_told && self.is_over()) {
            return [None, None];
        }
        let started = self.starting.filter(|(start, _)| *start < at).map(|(start, _)| self.begin(start));
        (self.ended, self.is_told) = (Some(at), true);
        [started, Some(Turning::Ended { at, exit_code })]
    }

    /// An inspect tells since when the container runs.
    pub(in crate::app) fn inspected(&mut self, started: Timestamp) -> Option<Turning> {
        if self.begun.max(self.ended).is_some_and(|known| started <= known) {
            return None;
        }
        match self.starting {
            // Of a later run than the one that is waited for: the events tell of both.
            Some((start, _)) if started > start => None,
            None if self.begun.is_none() && self.ended.is_none() => {
                self.begun = Some(started);
                None
            }
            Some(_) | None => Some(self.begin(started)),
        }
    }

    /// A start whose inspect does not come.
    pub(in crate::app) fn overdue(&mut self, now: Timestamp) -> Option<Turning> {
        let (start, heard) = self.starting?;
        let waited = Duration::try_from(now.duration_since(heard)).unwrap_or_default();
        (waited >= PATIENCE).then(|| self.begin(start))
    }

    /// Whether the present end is still to be told; it counts as told from now on.
    pub(in crate::app) fn tell_end(&mut self, finished: Option<Timestamp>) -> bool {
        let is_told = self.is_told && self.is_over();
        if !is_told {
            self.ended = self.ended.max(finished).max(self.begun);
            self.is_told = true;
        }
        !is_told
    }

    fn begin(&mut self, at: Timestamp) -> Turning {
        let again = self.begun.is_some() || self.ended.is_some();
        (self.begun, self.starting) = (Some(at), None);
        Turning::Started { at, again }
    }

    fn runs(&self) -> bool {
        self.begun.is_some() && !self.is_over()
    }

    fn is_over(&self) -> bool {
        self.ended.is_some() && self.ended >= self.begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    fn started(millisecond: i64) -> Turning {
        Turning::Started { at: at(millisecond), again: true }
    }

    fn ended(millisecond: i64) -> Turning {
        Turning::Ended { at: at(millisecond), exit_code: Some(1) }
    }

    fn running() -> Runs {
        Runs::known(Some(at(10)), None)
    }

    #[test]
    fn each_start_and_each_end_is_told_once_at_its_own_time() {
        let mut runs = running();
        assert_eq!(runs.start(at(12), at(12)), None, "the one that is known");
        assert_eq!(runs.end(at(20), Some(1)), [None, Some(ended(20))]);
        assert_eq!(runs.end(at(20), Some(1)), [None, None], "repeated after a loss of the connection");
        assert_eq!(runs.inspected(at(10)), None, "an inspect from before the end");
        assert_eq!(runs.start(at(33), at(33)), None, "its inspect knows better when");
        assert_eq!(runs.inspected(at(30)), Some(started(30)));
        assert_eq!([runs.inspected(at(30)), runs.start(at(33), at(34))], [None, None]);
    }

    #[test]
    fn a_kill_is_no_start() {
        let mut runs = Runs::known(None, None);
        assert_eq!(runs.inspected(at(10)), None, "what ran before is no news");
        assert_eq!(runs.end(at(20), Some(137)).map(|turning| turning.is_some()), [false, true]);
        assert_eq!(runs.inspected(at(10)), None);
        assert!(!runs.tell_end(Some(at(19))), "it is told already");
    }

    #[test]
    fn runs_that_are_shorter_than_an_inspect_takes_are_told_by_their_events() {
        let mut runs = running();
        assert_eq!(runs.end(at(20), Some(1)), [None, Some(ended(20))]);
        assert_eq!(runs.start(at(33), at(33)), None);
        assert_eq!(runs.end(at(40), Some(1)), [Some(started(33)), Some(ended(40))]);
        assert_eq!(runs.inspected(at(60)), Some(started(60)), "ahead of the events of two runs");
        assert_eq!(runs.start(at(44), at(70)), Some(started(44)));
        assert_eq!(runs.end(at(50), Some(1)), [None, Some(ended(50))]);
        assert_eq!(runs.start(at(63), at(70)), None, "told already");
        assert_eq!(runs.end(at(80), Some(1)), [None, Some(ended(80))]);
        assert_eq!(runs.start(at(90), at(90)), None);
        assert_eq!(runs.overdue(at(500)), None);
        assert_eq!(runs.overdue(at(1_090)), Some(started(90)), "its inspect does not come");
    }

    #[test]
    fn what_happened_while_the_daemon_was_away_is_told_by_an_inspect() {
        let mut runs = running();
        assert_eq!(runs.inspected(at(90)), Some(started(90)));
        assert!(runs.tell_end(Some(at(100))) && !runs.tell_end(Some(at(100))));
        let mut first = Runs::default();
        assert!(first.start(at(5), at(5)).is_none());
        assert_eq!(first.inspected(at(4)), Some(Turning::Started { at: at(4), again: false }));
    }
}
