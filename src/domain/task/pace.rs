//! How fast a step moves bytes, by the times of its journal alone.

use crate::domain::units;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// What was moved longer ago than this says nothing of the pace now.
const WINDOW: Duration = Duration::from_secs(30);
/// Two readings closer to each other are one.
const APART: Duration = Duration::from_millis(500);
/// A shorter time tells no pace.
const LEAST: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    readings: VecDeque<(Timestamp, u64)>,
}

impl Pace {
    pub fn take(&mut self, time: Timestamp, done: u64) {
        // What begins anew has no pace yet, and neither has what went on after the clock was put back.
        if self.readings.back().is_some_and(|(then, before)| done < *before || time < *then) {
            self.readings.clear();
        }
        let between = self.readings.iter().rev().nth(1).map(|(then, _)| units::since(*then, time));
        if between.is_some_and(|between| between < APART) {
            self.readings.pop_back();
        }
        self.readings.push_back((time, done));
        while self.readings.len() > 2 && units::since(self.readings[1].0, time) >= WINDOW {
            self.readings.pop_front();
        }
    }

    /// Bytes in a second.
    pub fn rate(&self) -> Option<u64> {
        let (first, last) = (self.readings.front()?, self.readings.back()?);
        let took = units::since(first.0, last.0);
        let milliseconds = u64::try_from(took.as_millis()).ok().filter(|_| took >= LEAST)?;
        let moved = u128::from(last.1 - first.1) * 1000 / u128::from(milliseconds);
        u64::try_from(moved).ok().filter(|rate| *rate > 0)
    }

    /// When all of it is expected to be done.
    pub fn end(&self, total: u64) -> Option<Timestamp> {
        let (time, done) = self.readings.back()?;
        let seconds = total.saturating_sub(*done).div_ceil(self.rate()?);
        time.checked_add(SignedDuration::from_secs(i64::try_from(seconds).ok()?)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    fn pace(readings: &[(i64, u64)]) -> Pace {
        let mut pace = Pace::default();
        for (time, done) in readings {
            pace.take(at(*time), *done);
        }
        pace
    }

    #[test]
    fn the_pace_is_that_of_the_last_half_minute() {
        let slow_then_fast = pace(&[(0, 0), (60_000, 60), (80_000, 2_060), (100_000, 4_060)]);
        assert_eq!(slow_then_fast.rate(), Some(100));
        assert_eq!(slow_then_fast.end(5_060), Some(at(110_000)));
    }

    #[test]
    fn what_has_hardly_begun_or_begins_anew_has_none() {
        assert_eq!(pace(&[(0, 0), (900, 900)]).rate(), None);
        assert_eq!(pace(&[(0, 0), (5_000, 900), (6_000, 10)]).rate(), None);
        assert_eq!(pace(&[(0, 7), (5_000, 7)]).end(100), None, "it stands still");
    }

    #[test]
    fn many_readings_are_few() {
        let many: Vec<(i64, u64)> = (0..5_000_i64).map(|n| (n * 10, n.unsigned_abs() * 20)).collect();
        let pace = pace(&many);
        assert!(pace.readings.len() < 80, "{}", pace.readings.len());
        assert_eq!(pace.rate().map(|rate| rate / 100), Some(20));
    }
}
