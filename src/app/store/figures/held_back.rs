//! How much of its time the processor quota holds a container back. The kernel's counts are read now and then only, so
//! what they told last stands until they change.

use crate::domain::ContainerFigures;
use crate::domain::figures::Throttling;
use jiff::{SignedDuration, Timestamp};

/// Counts that have not changed for so long tell that nothing was held back.
const STANDS: SignedDuration = SignedDuration::from_secs(15);

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HeldBack {
    counts: Option<(Throttling, Timestamp)>,
    percent: Option<f64>,
}

impl HeldBack {
    /// The part of the periods in which the quota was used up, in percent; `None` where there is no quota.
    pub fn percent(&self) -> Option<f64> {
        self.percent
    }

    pub(super) fn note(&mut self, figures: &ContainerFigures) {
        // Without a quota there are no periods.
        let now = figures.throttling.filter(|counts| counts.periods > 0);
        let Some(now) = now else {
            *self = Self::default();
            return;
        };
        match self.counts {
            Some((before, since)) if before == now => {
                if figures.time.duration_since(since) > STANDS {
                    self.percent = Some(0.0);
                }
            }
            Some((before, _)) => {
                self.percent = between(before, now);
                self.counts = Some((now, figures.time));
            }
            None => self.counts = Some((now, figures.time)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn between(before: Throttling, now: Throttling) -> Option<f64> {
    let periods = now.periods.checked_sub(before.periods).filter(|periods| *periods > 0)?;
    let throttled = now.throttled_periods.checked_sub(before.throttled_periods)?;
    Some(throttled as f64 / periods as f64 * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::FigureSource;

    fn told(readings: &[(i64, u64, u64)]) -> Option<f64> {
        let mut held_back = HeldBack::default();
        for (second, periods, throttled_periods) in readings {
            let time = Timestamp::from_second(1_763_600_000 + second).unwrap();
            let throttling = Throttling {
                periods: *periods,
                throttled_periods: *throttled_periods,
                throttled_nanoseconds: 0,
            };
            held_back.note(&ContainerFigures {
                throttling: Some(throttling),
                ..ContainerFigures::unknown(time, FigureSource::Cgroup)
            });
        }
        held_back.percent()
    }

    #[test]
    fn the_part_is_of_the_periods_since_the_last_count() {
        assert_eq!(told(&[(0, 100, 100)]), None, "one count says nothing of now");
        assert_eq!(told(&[(0, 100, 100), (5, 150, 110)]), Some(20.0));
        assert_eq!(told(&[(0, 100, 100), (5, 150, 110), (9, 150, 110)]), Some(20.0), "not counted anew");
        assert_eq!(told(&[(0, 100, 100), (5, 150, 110), (21, 150, 110)]), Some(0.0));
        assert_eq!(told(&[(0, 100, 100), (5, 10, 2)]), None, "started again");
        assert_eq!(told(&[(0, 0, 0), (5, 0, 0)]), None, "no quota");
    }
}
