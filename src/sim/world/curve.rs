//! Curves of use over time, and the counters that are their areas.

use crate::sim::scenario::spec::{Curve, SizeCurve};

/// Turns that a curve is ahead.
fn phase(seed: u64) -> f64 {
    f64::from(u32::try_from(seed % 997).unwrap_or(0)) / 997.0
}

/// Between -1 and 1 once a turn, as a sine does, of two parabolas: for a sine the C library's mathematics would come into
/// the memory of every console.
fn wave(turns: f64) -> f64 {
    let hump = |part: f64| 16.0 * part * (0.5 - part);
    let part = turns.fract();
    if part < 0.5 { hump(part) } else { -hump(part - 0.5) }
}

/// The area under the wave; whole turns add nothing to it.
fn area_under_wave(turns: f64) -> f64 {
    let hump = |part: f64| part * part * (4.0 - 16.0 / 3.0 * part);
    let part = turns.fract();
    if part < 0.5 { hump(part) } else { hump(0.5) - hump(part - 0.5) }
}

impl Curve {
    fn period_seconds(self) -> f64 {
        self.period.0.as_secs_f64().max(0.1)
    }

    /// The value after `seconds`; two waves of unlike length, so that it does not look drawn.
    pub fn at(self, seconds: f64, seed: u64) -> f64 {
        let turns = seconds / self.period_seconds();
        let wave = 0.7 * wave(turns + phase(seed)) + 0.3 * wave(turns * 5.3 + phase(seed / 7));
        (self.base + self.swing * wave).max(0.0)
    }

    /// The area under the curve from 0 to `seconds`; it never falls while `swing` is at most `base`.
    pub fn area(self, seconds: f64, seed: u64) -> f64 {
        let pace = 1.0 / self.period_seconds();
        let part = |share: f64, speed: f64, offset: f64| {
            share / speed * (area_under_wave(speed * seconds + offset) - area_under_wave(offset))
        };
        let waves = part(0.7, pace, phase(seed)) + part(0.3, pace * 5.3, phase(seed / 7));
        self.base * seconds + self.swing.min(self.base) * waves
    }
}

impl SizeCurve {
    pub fn at(self, seconds: f64, seed: u64) -> f64 {
        let curve = Curve { base: self.base.float(), swing: self.swing.float(), period: self.period };
        curve.at(seconds, seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::spec::Span;
    use std::time::Duration;

    #[test]
    fn a_counter_never_runs_backwards_and_keeps_to_its_base() {
        let curve = Curve { base: 40.0, swing: 40.0, period: Span(Duration::from_secs(20)) };
        let mut last = 0.0;
        for step in 1..4000 {
            let area = curve.area(f64::from(step) * 0.05, 12345);
            assert!(area >= last, "at step {step}: {area} < {last}");
            last = area;
        }
        assert!((last / 199.95 - 40.0).abs() < 1.0, "{last}");
    }
}
