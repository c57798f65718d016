//! How fast lines come, from counts by the minute.

use jiff::Timestamp;

const MINUTES: i64 = 5;

/// Counts of the last minutes, by the lines' own times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rate {
    /// The minute since 1970 that is counted last.
    newest: i64,
    /// One for each of the minutes, the newest first.
    counts: [u32; 5],
}

impl Rate {
    pub(super) fn count(&mut self, time: Timestamp) {
        let minute = minute(time);
        if minute > self.newest {
            let by = usize::try_from(minute - self.newest).unwrap_or(usize::MAX).min(self.counts.len());
            self.counts.rotate_right(by);
            self.counts[..by].fill(0);
            self.newest = minute;
        }
        let place = usize::try_from(self.newest - minute).ok();
        if let Some(count) = place.and_then(|place| self.counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }

    /// Over the last five minutes, the one that is not over included; over less where the log begins later.
    pub(super) fn per_minute(&self, now: Timestamp, begins: Option<Timestamp>) -> f64 {
        let since = minute(now) - (MINUTES - 1);
        let sum: u32 = (self.newest - MINUTES + 1..=self.newest)
            .rev()
            .zip(self.counts)
            .filter(|(minute, _)| *minute >= since)
            .fold(0, |sum, (_, count)| sum.saturating_add(count));
        let from = begins.map_or(since * 60, |begins| begins.as_second().max(since * 60));
        // A log that began this very second has no rate worth the name yet: the least time counted is ten seconds.
        let seconds = u32::try_from((now.as_second() - from).max(10)).unwrap_or(u32::MAX);
        f64::from(sum) * 60.0 / f64::from(seconds)
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_second().div_euclid(60)
}
