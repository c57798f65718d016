//! How long to wait before the next attempt: 0.2 s, doubling up to 5 s, and from the start again once a connection held.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);
/// A daemon that can be listed but drops its stream of events at once would be listed five times a second for ever if
/// every list counted as a success.
const STEADY: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Backoff {
    last: Option<Duration>,
}

impl Backoff {
    /// `followed` tells how long the events could be followed this time, if at all.
    pub fn next(&mut self, followed: Option<Duration>) -> Duration {
        let last = self.last.filter(|_| followed.is_none_or(|followed| followed < STEADY));
        let pause = last.map_or(FIRST, |last| (last * 2).min(LONGEST));
        self.last = Some(pause);
        pause
    }
}
