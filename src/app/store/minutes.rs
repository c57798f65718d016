//! The last fifteen minutes of some figures, a second at a time, in little memory: a minute is allocated when its first
//! reading comes, and its room is used again sixteen minutes later.

/// Seconds that are gone back.
pub(in crate::app) const SECONDS: i64 = 900;
/// One minute more than is shown, so that the one being filled takes nothing from the oldest.
const MINUTES: i64 = 16;
const MINUTE: i64 = 60;
/// A second without a reading.
const ABSENT: u16 = u16::MAX;

type Minute<const FIGURES: usize> = [[u16; FIGURES]; 60];

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minutes<const FIGURES: usize> {
    /// The second of the newest reading.
    newest: Option<i64>,
    minutes: [Option<Box<Minute<FIGURES>>>; 16],
}

impl<const FIGURES: usize> Default for Minutes<FIGURES> {
    fn default() -> Self {
        Self { newest: None, minutes: [const { None }; 16] }
    }
}

impl<const FIGURES: usize> Minutes<FIGURES> {
    /// Whole numbers are kept best; whoever needs parts of one keeps multiples of them.
    pub(super) fn note(&mut self, second: i64, values: [Option<f64>; FIGURES]) {
        match self.newest {
            // The clock was set back: what was noted stands in the future and would never be overwritten in order.
            Some(newest) if second < newest - MINUTE => *self = Self::default(),
            // A reading that comes late says nothing new.
            Some(newest) if second < newest => return,
            Some(newest) => self.forget_between(newest, second),
            None => {}
        }
        self.newest = Some(second);
        let (minute, at) = place(second);
        let minute = self.minutes[minute].get_or_insert_with(|| Box::new([[ABSENT; FIGURES]; 60]));
        minute[at] = values.map(|value| value.map_or(ABSENT, encode));
    }

    /// The mean of the readings from one second up to and without another; `None` where there was no reading.
    pub(super) fn mean(&self, figure: usize, from: i64, to: i64) -> Option<f64> {
        let newest = self.newest?;
        let from = from.max(newest - SECONDS + 1);
        let (mut total, mut count) = (0.0, 0.0);
        for second in from..to.min(newest + 1) {
            let (minute, at) = place(second);
            let Some(readings) = &self.minutes[minute] else { continue };
            let code = readings[at][figure];
            if code != ABSENT {
                total += decode(code);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| total / count)
    }

    /// The second of the newest reading.
    pub(super) fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// The seconds between two readings had none, and the room of what is sixteen minutes old is taken again.
    fn forget_between(&mut self, newest: i64, second: i64) {
        let passed = second - newest;
        if passed > SECONDS + MINUTE {
            return *self = Self::default();
        }
        for gone in newest + 1..=second {
            let (minute, at) = place(gone);
            if let Some(readings) = &mut self.minutes[minute] {
                readings[at] = [ABSENT; FIGURES];
            }
        }
    }

    /// Bytes that it takes.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        let minutes = self.minutes.iter().flatten().count();
        size_of::<Self>() + minutes * size_of::<Minute<FIGURES>>()
    }
}

fn place(second: i64) -> (usize, usize) {
    let minute = second.div_euclid(MINUTE).rem_euclid(MINUTES);
    (usize::try_from(minute).unwrap_or(0), usize::try_from(second.rem_euclid(MINUTE)).unwrap_or(0))
}

#[expect(clippy::cast_precision_loss, reason = "eleven bits of it are kept")]
pub(super) fn float(value: u64) -> f64 {
    value as f64
}

/// Five bits of exponent and eleven of mantissa: whole numbers below 2,048 exactly, those up to four trillion to a part
/// in 2,048.
fn encode(value: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates as it should")]
    let value = value.round() as u64;
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(12);
    let mantissa = value >> shift;
    let code = if mantissa < 2048 { mantissa } else { (u64::from(shift) + 1) * 2048 + (mantissa - 2048) };
    u16::try_from(code).unwrap_or(ABSENT).min(ABSENT - 1)
}

fn decode(code: u16) -> f64 {
    let (exponent, mantissa) = (code >> 11, u64::from(code & 2047));
    float(match exponent {
        0 => mantissa,
        shift => (mantissa + 2048) << (shift - 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_kept_value_is_off_by_a_part_in_two_thousand_at_most(value in 0u64..1 << 42) {
            let kept = decode(encode(float(value)));
            prop_assert!((kept - float(value)).abs() <= float(value) / 2000.0, "{} for {}", kept, value);
        }
    }

    #[test]
    fn what_is_too_much_to_keep_is_kept_as_the_most() {
        assert_eq!(encode(f64::MAX), ABSENT - 1);
        assert_eq!(encode(-1.0), 0);
        assert!(decode(ABSENT - 1) > 4e12);
    }
}
