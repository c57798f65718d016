//! Values that Compose writes in a form of its own: sizes, durations, numbers in the environment.

use serde::{Serialize, Serializer};
use std::fmt::Write as _;
use std::time::Duration;

/// For `skip_serializing_if`: what equals its default is not written.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Bytes; -1 where Docker knows "unlimited". Written as text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub i64);

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A fraction as Go writes it: without the decimal point where nothing follows it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
pub fn fraction<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number within the range")]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f32(*value)
    }
}

/// `512m`, `1.5gb`, `2GiB`, `1024`: binary units, as Docker counts memory.
pub fn byte_size(text: &str) -> Option<ByteSize> {
    let text = text.trim();
    if text == "-1" {
        return Some(ByteSize(-1));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let value: f64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim().to_ascii_lowercase();
    let unit = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit);
    let factor = match unit {
        "" => 1.0,
        "k" => 1024.0,
        "m" => 1_048_576.0,
        "g" => 1_073_741_824.0,
        "t" => 1_099_511_627_776.0,
        "p" => 1_125_899_906_842_624.0,
        _ => return None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction of a byte is dropped; the range is checked"
    )]
    let bytes = (value * factor < 9.0e18).then_some((value * factor) as i64);
    bytes.map(ByteSize)
}

/// A duration that is written as Go writes it: `1m30s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoDuration(pub Duration);

impl Serialize for GoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&go_text(self.0))
    }
}

impl GoDuration {
    /// The unit in which the Engine takes durations.
    pub fn nanoseconds(self) -> i64 {
        i64::try_from(self.0.as_nanos()).unwrap_or(i64::MAX)
    }
}

fn go_text(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    for (unit, size) in [("ns", 1_000), ("µs", 1_000_000), ("ms", 1_000_000_000)] {
        if nanoseconds < size {
            return format!("{}{unit}", decimal(nanoseconds, size / 1_000));
        }
    }
    let seconds = duration.as_secs();
    let mut text = String::new();
    if seconds >= 3600 {
        let _ = write!(text, "{}h", seconds / 3600);
    }
    if seconds >= 60 {
        let _ = write!(text, "{}m", seconds / 60 % 60);
    }
    let rest = u128::from(seconds % 60) * 1_000_000_000 + u128::from(duration.subsec_nanos());
    let _ = write!(text, "{}s", decimal(rest, 1_000_000_000));
    text
}

/// `value / unit` with as many places as it takes.
fn decimal(value: u128, unit: u128) -> String {
    let places = unit.ilog10() as usize;
    let (whole, part) = (value / unit, value % unit);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:0places$}").trim_end_matches('0').to_owned()
}

/// A number of a file as Go prints it: `1e3` is `1000`, `1.50` is `1.5`, `1e6` stays `1e+06`.
pub fn go_float(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("512m", Some(536_870_912))]
    #[case("1.5gb", Some(1_610_612_736))]
    #[case("2GiB", Some(2_147_483_648))]
    #[case("64 k", Some(65_536))]
    #[case("100", Some(100))]
    #[case("-1", Some(-1))]
    #[case("-2", None)]
    #[case("", None)]
    #[case("12q", None)]
    #[case("99999999p", None)]
    fn sizes(#[case] text: &str, #[case] bytes: Option<i64>) {
        assert_eq!(byte_size(text), bytes.map(ByteSize));
    }

    #[rstest]
    #[case(0, "0s")]
    #[case(1_500, "1.5µs")]
    #[case(250_000_000, "250ms")]
    #[case(1_500_000_000, "1.5s")]
    #[case(90_000_000_000, "1m30s")]
    #[case(3_600_000_000_000, "1h0m0s")]
    fn durations(#[case] nanoseconds: u64, #[case] text: &str) {
        assert_eq!(go_text(Duration::from_nanos(nanoseconds)), text);
    }

    #[rstest]
    #[case(1000.0, "1000")]
    #[case(1.5, "1.5")]
    #[case(1e21, "1e+21")]
    #[case(1_234_567.0, "1.234567e+06")]
    #[case(999_999.0, "999999")]
    #[case(0.00001, "1e-05")]
    fn floats(#[case] value: f64, #[case] text: &str) {
        assert_eq!(go_float(value), text);
    }
}
