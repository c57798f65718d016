//! Figures in the words of a narrow column.

use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

const UNITS: [&str; 5] = ["B", "K", "M", "G", "T"];

/// `512B`, `3.1K`, `211M`, `1.5G`: binary units, three digits at the most before the letter.
pub fn bytes(value: u64) -> String {
    Bytes(value).to_string()
}

/// What [`bytes()`] says, for text that is there already.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scaled, unit) = scaled(self.0);
        let digits = usize::from(unit > 0 && scaled < 99.5);
        write!(formatter, "{scaled:.digits$}{}", UNITS[unit])
    }
}

fn scaled(value: u64) -> (f64, usize) {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut scaled = value as f64;
    let mut unit = 0;
    while scaled >= 999.5 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    (scaled, unit)
}

/// Two sizes that [`bytes()`] writes alike give the same.
pub fn bytes_reading(value: u64) -> (u64, u8) {
    let (scaled, unit) = scaled(value);
    let steps = if unit == 0 || scaled >= 99.5 { whole(scaled) * 10 } else { whole(scaled * 10.0) };
    (steps, u8::try_from(unit).unwrap_or(u8::MAX))
}

/// `412ms`, `9s`, `4m`, `3h`, `12d`: the largest unit only.
pub fn duration(value: Duration) -> String {
    let seconds = value.as_secs();
    match seconds {
        0 => format!("{}ms", value.as_millis()),
        1..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The time from `then` to `now`, never negative.
pub fn since(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

/// `0.8%`, `37%`, `412%`.
pub fn percent(value: f64) -> String {
    Percent(value).to_string()
}

/// What [`percent`] says, for text that is there already.
#[derive(Debug, Clone, Copy)]
pub struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.0 < 9.95);
        write!(formatter, "{:.digits$}%", self.0)
    }
}

/// Two parts that [`percent`] writes alike give the same.
pub fn percent_reading(value: f64) -> u64 {
    if value < 9.95 { whole(value * 10.0) } else { whole(value) * 10 }
}

/// The nearest whole number; 0 for what is less or none.
pub fn whole(value: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates as it should")]
    let whole = value.round() as u64;
    whole
}

/// Lower-case hexadecimal, two digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The path of a URL, `/` when it has none.
pub fn url_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn bytes_keep_to_five_columns() {
        let cases = [
            (0, "0B"),
            (999, "999B"),
            (1000, "1.0K"),
            (1024, "1.0K"),
            (211 << 20, "211M"),
            (3 << 29, "1.5G"),
        ];
        for (value, text) in cases {
            assert_eq!(bytes(value), text);
        }
        assert!(bytes(u64::MAX).ends_with('T'));
    }

    #[rstest]
    #[case(21 << 20, (21 << 20) + 3000, true)]
    #[case(21 << 20, (21 << 20) + 120_000, false)]
    #[case(211 << 20, (211 << 20) + 400_000, true)]
    #[case(211 << 20, 212 << 20, false)]
    #[case(512, 513, false)]
    #[case(999, 1000, false)]
    fn sizes_that_are_written_alike_give_the_same(#[case] one: u64, #[case] other: u64, #[case] alike: bool) {
        assert_eq!(bytes(one) == bytes(other), alike);
        assert_eq!(bytes_reading(one) == bytes_reading(other), alike);
    }

    #[rstest]
    #[case(0.11, 0.14, true)]
    #[case(0.11, 0.16, false)]
    #[case(9.94, 9.96, false)]
    #[case(412.2, 412.4, true)]
    #[case(412.2, 413.4, false)]
    fn parts_that_are_written_alike_give_the_same(#[case] one: f64, #[case] other: f64, #[case] alike: bool) {
        assert_eq!(percent(one) == percent(other), alike);
        assert_eq!(percent_reading(one) == percent_reading(other), alike);
    }

    #[test]
    fn durations_name_their_largest_unit() {
        assert_eq!(duration(Duration::from_millis(412)), "412ms");
        assert_eq!(duration(Duration::from_secs(3 * 86_400 + 5)), "3d");
    }

    #[test]
    fn bytes_become_digits() {
        assert_eq!(hexadecimal(&[0, 0x1f, 0xff]), "001fff");
    }

    #[test]
    fn a_url_without_a_path_has_the_root() {
        assert_eq!(url_path("http://localhost:80"), "/");
        assert_eq!(url_path("http://localhost/health?x=1"), "/health?x=1");
    }
}
