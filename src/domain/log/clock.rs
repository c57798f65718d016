//! The order of lines whose clock does not only go forwards.
//!
//! The daemon stamps every line with its host's clock, and all of its containers share that clock. Where it is set back,
//! a line is younger than one with a later time, and to sort by time would put all that is new among what is long
//! past, until the clock has caught up. So time is told in epochs: within one of them it goes forwards, and each step
//! back begins the next. Lines are ordered by their epoch first, and lines of one stream never overtake each other.
//!
//! A stream that sees the step itself is known to be in the next epoch. One that was silent around it is not, and is
//! taken to be there when its lines have the times that are written there now.

use jiff::SignedDuration;
use std::time::Duration;

/// The daemon stamps stdout and stderr before it puts them in line, so a line may follow one that is a little younger.
pub const SKEW: SignedDuration = SignedDuration::from_millis(100);
/// The same in nanoseconds.
const SKEW_NANOSECONDS: i64 = 100_000_000;
/// A silent stream's line may be so much younger than the last one of the epoch, or by half of the step, if that is less.
const MOST_AHEAD: i64 = 600_000_000_000;

/// Where a line stands among those of other streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub epoch: u16,
    /// Nanoseconds since 1970: the line's time, or that of a younger one of its stream that came before it.
    pub order: i64,
}

/// How far one stream has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    at: Place,
}

/// What is known of the clock, from all streams together.
#[derive(Debug, Clone, Default)]
pub struct Epochs {
    /// Those after the first one.
    begun: Vec<Epoch>,
}

#[derive(Debug, Clone, Copy)]
struct Epoch {
    begins: i64,
    latest: i64,
    ahead: i64,
    /// How far it went back, as far as any stream has seen.
    step: i64,
}

/// Where a line was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub place: Place,
    /// By how much the clock went back right before the line, if nobody knew of it yet.
    pub went_back: Option<Duration>,
}

/// `the clock went back 2 h 3 min`
pub fn step_back(by: Duration) -> String {
    let seconds = by.as_secs();
    let two = |large: u64, name: &str, small: u64, small_name: &str| match small {
        0 => format!("{large} {name}"),
        _ => format!("{large} {name} {small} {small_name}"),
    };
    let told = match seconds {
        0 => format!("{} ms", by.as_millis()),
        1..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    };
    format!("the clock went back {told}")
}

impl Place {
    /// Before all lines that have a place.
    pub const FIRST: Self = Self { epoch: 0, order: i64::MIN };

    /// Where it is told that the epoch begins: before all of its lines.
    #[must_use]
    pub fn beginning(self) -> Self {
        Self { order: i64::MIN, ..self }
    }

    /// Whether a line there comes no later than so many nanoseconds after this one.
    pub fn is_near(self, later: Self, within: i64) -> bool {
        self.epoch == later.epoch && later.order.saturating_sub(self.order) <= within
    }
}

impl Default for Course {
    fn default() -> Self {
        Self { at: Place::FIRST }
    }
}

impl Course {
    /// Whether a line of this time, coming next, would be one behind a step back.
    pub fn steps_back(self, time: i64) -> bool {
        self.at.order.saturating_sub(time) > SKEW_NANOSECONDS
    }

    /// Where its last line stands.
    pub fn at(self) -> Place {
        self.at
    }

    /// Goes on without a place for the line.
    pub fn pass(&mut self, time: i64) {
        self.at.order = self.at.order.max(time);
    }
}

impl Epochs {
    /// Places the next line of a stream. `is_last` says whether no step back of this stream is known to follow: what comes
    /// before a step is of an older epoch, whatever its time.
    pub fn place(&mut self, course: &mut Course, time: i64, is_last: impl FnOnce() -> bool) -> Placed {
        let at = course.at;
        let went_back = course.steps_back(time).then(|| at.order.saturating_sub(time));
        let newest = self.newest();
        let mut is_news = false;
        let epoch = if let Some(back) = went_back {
            is_news = at.epoch == newest;
            if is_news { self.begin(time, back) } else { self.next(at.epoch, time) }
        } else if at.epoch < newest && self.is_now(newest, time) && is_last() {
            newest
        } else {
            at.epoch
        };
        if let Some(known) = self.get(epoch) {
            known.begins = known.begins.min(time);
            known.latest = known.latest.max(time);
            known.step = known.step.max(went_back.unwrap_or(0));
        }
        let order = if epoch == at.epoch { time.max(at.order) } else { time };
        course.at = Place { epoch, order };
        let told = went_back.filter(|_| is_news).map(|back| Duration::from_nanos(back.unsigned_abs()));
        Placed { place: course.at, went_back: told }
    }

    /// Where something stands that happened to the container of this stream, but was not written by it.
    pub fn place_of(&self, course: Course, time: i64) -> Place {
        let newest = self.newest();
        let epoch = if self.is_now(newest, time) { newest } else { course.at.epoch };
        Place { epoch, order: time }
    }

    /// By how much the clock went back where the epoch begins.
    pub fn step(&self, epoch: u16) -> Duration {
        let known = self.known(epoch);
        Duration::from_nanos(known.map_or(0, |known| known.step.unsigned_abs()))
    }

    fn known(&self, epoch: u16) -> Option<&Epoch> {
        self.begun.get(usize::from(epoch).checked_sub(1)?)
    }

    fn newest(&self) -> u16 {
        u16::try_from(self.begun.len()).unwrap_or(u16::MAX)
    }

    fn get(&mut self, epoch: u16) -> Option<&mut Epoch> {
        self.begun.get_mut(usize::from(epoch).checked_sub(1)?)
    }

    fn begin(&mut self, time: i64, back: i64) -> u16 {
        // A clock that went back so often is none, and what it says is passed over.
        if self.begun.len() < usize::from(u16::MAX) {
            self.begun.push(Epoch {
                begins: time,
                latest: time,
                ahead: (back / 2).min(MOST_AHEAD),
                step: back,
            });
        }
        self.newest()
    }

    /// The epoch that a stream steps back to which others know already: the last one that may have this time.
    fn next(&self, epoch: u16, time: i64) -> u16 {
        let fits = |epoch: &u16| self.is_now(*epoch, time);
        (epoch + 1..=self.newest()).rev().find(fits).unwrap_or(epoch + 1)
    }

    /// Whether lines of about this time are written in the epoch.
    fn is_now(&self, epoch: u16, time: i64) -> bool {
        self.known(epoch).is_some_and(|known| {
            let earliest = known.begins.saturating_sub(SKEW_NANOSECONDS);
            (earliest..=known.latest.saturating_add(known.ahead)).contains(&time)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000_000;

    /// Places lines of streams, given as their index and second, and says which come in which order.
    fn ordered(lines: &[(usize, i64)]) -> Vec<(usize, i64)> {
        let (mut epochs, mut courses) = (Epochs::default(), [Course::default(); 4]);
        let mut placed: Vec<(Place, usize, i64)> = lines
            .iter()
            .map(|(stream, second)| {
                let placed = epochs.place(&mut courses[*stream], second * SECOND, || true);
                (placed.place, *stream, *second)
            })
            .collect();
        placed.sort_by_key(|(place, ..)| *place);
        placed.into_iter().map(|(_, stream, second)| (stream, second)).collect()
    }

    #[test]
    fn streams_that_see_the_step_are_merged_on_both_sides_of_it() {
        let lines = [(0, 7_190), (0, 7_200), (0, 5), (0, 7), (1, 7_195), (1, 7_201), (1, 6), (1, 8)];
        let expected = [(0, 7_190), (1, 7_195), (0, 7_200), (1, 7_201), (0, 5), (1, 6), (0, 7), (1, 8)];
        assert_eq!(ordered(&lines), expected);
    }

    #[test]
    fn a_stream_that_was_silent_around_the_step_goes_on_behind_it() {
        let lines = [(1, 3_000), (0, 7_200), (0, 3_600), (1, 3_601), (2, 3_602), (0, 3_603)];
        assert_eq!(ordered(&lines), lines, "the third one is new");
    }

    #[test]
    fn a_line_from_before_the_step_that_comes_late_stands_before_it() {
        assert_eq!(
            ordered(&[(0, 7_200), (0, 7_195), (1, 7_199), (1, 7_196), (0, 7_197)]),
            [(1, 7_199), (0, 7_200), (0, 7_195), (1, 7_196), (0, 7_197)]
        );
    }

    #[test]
    fn each_step_is_told_once_and_a_skew_is_none() {
        let mut epochs = Epochs::default();
        let [mut first, mut second] = [Course::default(); 2];
        let mut place = |course: &mut Course, time| epochs.place(course, time, || true).went_back;
        assert_eq!(place(&mut first, 10 * SECOND), None);
        assert_eq!(place(&mut second, 10 * SECOND), None);
        assert_eq!(place(&mut first, 10 * SECOND - SKEW_NANOSECONDS), None);
        assert_eq!(place(&mut first, 4 * SECOND), Some(Duration::from_secs(6)));
        assert_eq!(place(&mut second, 5 * SECOND), None, "it is the same one");
        assert_eq!(place(&mut second, 50 * SECOND), None, "forwards is no step");
        assert_eq!(place(&mut second, SECOND), Some(Duration::from_secs(49)));
    }

    #[test]
    fn a_step_is_told_in_its_two_largest_units() {
        for (seconds, told) in
            [(5, "5 s"), (185, "3 min 5 s"), (7_380, "2 h 3 min"), (93_600, "1 d 2 h"), (7_200, "2 h")]
        {
            assert_eq!(step_back(Duration::from_secs(seconds)), format!("the clock went back {told}"));
        }
        assert_eq!(step_back(Duration::from_millis(412)), "the clock went back 412 ms");
    }

    proptest! {
        /// Whatever the clocks do, each stream stays in its order.
        #[test]
        fn lines_of_one_stream_never_overtake_each_other(
            lines in prop::collection::vec((0usize..4, 0i64..20_000), 0..200)
        ) {
            let ordered = ordered(&lines);
            for stream in 0..4 {
                let of = |lines: &[(usize, i64)]| -> Vec<i64> {
                    lines.iter().filter(|(own, _)| *own == stream).map(|(_, second)| *second).collect()
                };
                prop_assert_eq!(of(&ordered), of(&lines));
            }
        }

        /// A clock that only goes forwards sorts by time alone.
        #[test]
        fn without_a_step_lines_are_in_order_of_time(
            mut lines in prop::collection::vec((0usize..4, 0i64..20_000), 0..200)
        ) {
            lines.sort_by_key(|(stream, second)| (*stream, *second));
            let ordered = ordered(&lines);
            prop_assert!(ordered.is_sorted_by_key(|(_, second)| *second));
        }
    }
}
