//! When to draw. What is typed is answered at once; what the feeds tell waits a moment for what else comes with it, so that
//! a flood is drawn twenty times a second and the figures of a second in one frame; a slow line lowers the rate instead
//! of queueing frames.

use std::time::{Duration, Instant};

/// After a frame that took so long to write, the line rests for as long again.
const REST_FACTOR: u32 = 2;
/// Nobody sees the difference, and a hundred containers' figures take that long to come after the host's.
const GATHERING: Duration = Duration::from_millis(50);
const LONGEST_REST: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub struct FrameClock {
    shortest: Duration,
    /// The cap and the line allow a frame from then on.
    next: Instant,
    /// From when on a key may have a frame of its own between two of the others.
    answer: Instant,
    answering: bool,
    /// Until when what has changed waits for more.
    gathering: Option<Instant>,
}

impl FrameClock {
    pub fn new(frames_per_second: u32, now: Instant) -> Self {
        Self {
            shortest: Duration::from_secs(1) / frames_per_second.max(1),
            next: now,
            answer: now,
            answering: false,
            gathering: None,
        }
    }

    /// The earliest time of the next frame.
    pub fn next(&self) -> Instant {
        if self.answering {
            self.next.min(self.answer)
        } else {
            self.gathering.map_or(self.next, |until| until.max(self.next))
        }
    }

    pub fn is_due(&self, now: Instant) -> bool {
        now >= self.next()
    }

    /// Something changed that nobody waits for: more will come with it.
    pub fn gather(&mut self, now: Instant) {
        self.gathering.get_or_insert(now + self.shortest.max(GATHERING));
    }

    /// A key came, or what somebody waits for: what it changed is not to wait for a flood's next frame.
    pub fn answer(&mut self) {
        self.answering = true;
    }

    /// A frame was drawn and written between the two times.
    pub fn drawn(&mut self, began: Instant, ended: Instant) {
        let rest = (ended.saturating_duration_since(began) * REST_FACTOR).min(LONGEST_REST);
        let rested = ended + rest.saturating_sub(self.shortest);
        let early = began < self.next;
        self.next = (began + self.shortest).max(rested);
        // Keys that come faster than frames are drawn share one, and a slow line rests all the same.
        self.answer = if early { self.next } else { rested };
        (self.answering, self.gathering) = (false, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_answered_between_two_frames_of_a_flood() {
        let start = Instant::now();
        let frame = Duration::from_secs(1) / 60;
        let millisecond = Duration::from_millis(1);
        let mut clock = FrameClock::new(60, start);
        clock.drawn(start, start + millisecond);
        clock.gather(start + millisecond);
        clock.answer();
        assert!(clock.is_due(start + millisecond * 2));
        clock.drawn(start + millisecond * 2, start + millisecond * 3);
        clock.answer();
        assert_eq!(clock.next(), start + millisecond * 2 + frame, "a second one waits");
        clock.drawn(start + frame * 2, start + frame * 2 + millisecond);
        clock.answer();
        assert!(clock.is_due(start + frame * 2 + millisecond));

        let slow = start + Duration::from_millis(300);
        clock.drawn(start, slow);
        clock.answer();
        assert!(!clock.is_due(slow + Duration::from_millis(100)), "a slow line rests");
    }

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

    #[test]
    fn what_comes_together_is_drawn_together() {
        let start = Instant::now();
        let mut clock = FrameClock::new(50, start);
        clock.gather(start);
        clock.gather(start + Duration::from_millis(25));
        assert_eq!(clock.next(), start + GATHERING);
        clock.answer();
        assert!(clock.is_due(start), "unless somebody waits for it");
    }
}
