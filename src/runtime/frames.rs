//! When to draw. A key is answered at once; a flood is drawn at the frame cap; a slow line lowers the rate instead of
//! queueing frames.

use std::time::{Duration, Instant};

/// After a frame that took so long to write, the line rests for as long again.
const REST_FACTOR: u32 = 2;
const LONGEST_REST: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub struct FrameClock {
    shortest: Duration,
    next: Instant,
}

impl FrameClock {
    pub fn new(frames_per_second: u32, now: Instant) -> Self {
        Self { shortest: Duration::from_secs(1) / frames_per_second.max(1), next: now }
    }

    /// The earliest time of the next frame.
    pub fn next(&self) -> Instant {
        self.next
    }

    pub fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// A frame was drawn and written between the two times.
    pub fn drawn(&mut self, began: Instant, ended: Instant) {
        let rest = (ended.saturating_duration_since(began) * REST_FACTOR).min(LONGEST_REST);
        self.next = (began + self.shortest).max(ended + rest.saturating_sub(self.shortest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_terminal_gets_the_full_rate_and_a_slow_one_rests() {
        let start = Instant::now();
        let mut clock = FrameClock::new(60, start);
        assert!(clock.is_due(start));
        clock.drawn(start, start + Duration::from_millis(1));
        assert_eq!(clock.next(), start + Duration::from_secs(1) / 60);

        let slow = start + Duration::from_millis(300);
        clock.drawn(start, slow);
        assert!(clock.next() >= slow + Duration::from_millis(400));
        clock.drawn(start, start + Duration::from_mins(1));
        assert!(clock.next() <= start + Duration::from_mins(1) + LONGEST_REST);
    }
}
