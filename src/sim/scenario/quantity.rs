//! Spans of time (`1h30m`, `250ms`) and sizes (`1.5GiB`, `43MB`) as they stand in scripts.

use crate::sim::numbers::{float, whole};
use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

const SPANS: [(&str, f64); 6] =
    [("ms", 0.001), ("us", 0.000_001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

const SIZES: [(&str, u64); 10] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
    ("", 1),
];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span(pub Duration);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    pub fn float(self) -> f64 {
        float(self.0)
    }
}

fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, tail) = split_number(rest)?;
        let (unit, factor) = SPANS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        seconds += number * factor;
        rest = tail.get(unit.len()..)?;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_number(text.trim())?;
    let (_, factor) = SIZES.iter().find(|(known, _)| *known == unit.trim())?;
    Some(whole(number * float(*factor)))
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        span(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no span such as 1h30m or 250ms")))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        size(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no size such as 1.5GiB or 43MB")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("1h30m", Some(5400.0))]
    #[case("250ms", Some(0.25))]
    #[case("2d", Some(172_800.0))]
    #[case("1.5s", Some(1.5))]
    #[case("5", None)]
    #[case("", None)]
    #[case("fast", None)]
    fn spans(#[case] text: &str, #[case] seconds: Option<f64>) {
        assert_eq!(span(text).map(|found| found.as_secs_f64()), seconds);
    }

    #[rstest]
    #[case("1.5GiB", Some(1_610_612_736))]
    #[case("43MB", Some(43_000_000))]
    #[case("12", Some(12))]
    #[case("12 KiB", Some(12_288))]
    #[case("much", None)]
    fn sizes(#[case] text: &str, #[case] bytes: Option<u64>) {
        assert_eq!(size(text), bytes);
    }
}
