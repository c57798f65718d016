//! Query parameters and Docker's `filters`.

use crate::sim::clock::Moment;
use crate::sim::world::Refusal;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    filters: BTreeMap<String, Vec<String>>,
}

/// Undoes percent-encoding; what is broken stays as it is.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let decoded = (*first == b'%')
            .then(|| tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (decoded, first) {
            (Some(byte), _) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            (None, b'+') => {
                bytes.push(b' ');
                rest = tail;
            }
            (None, other) => {
                bytes.push(*other);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `{"label":["a=b"]}`, or in the old form `{"label":{"a=b":true}}`.
fn filters(text: &str) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let invalid = || Refusal::bad(format!("invalid filter: {text}"));
    let value: Value = serde_json::from_str(text).map_err(|_| invalid())?;
    let mut found = BTreeMap::new();
    for (key, values) in value.as_object().ok_or_else(invalid)? {
        let values: Vec<String> = match values {
            Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::Object(items) => items.keys().cloned().collect(),
            _ => return Err(invalid()),
        };
        found.insert(key.clone(), values);
    }
    Ok(found)
}

impl Query {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(key), decode(value))
            })
            .collect();
        let mut query = Self { pairs, filters: BTreeMap::new() };
        if let Some(text) = query.get("filters").filter(|text| !text.is_empty()) {
            query.filters = filters(text)?;
        }
        Ok(query)
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, key: &str) -> bool {
        self.get(key)
            .is_some_and(|value| !matches!(value, "" | "0" | "no" | "false" | "none" | "False" | "FALSE"))
    }

    pub fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        self.get(key).and_then(|value| value.parse().ok())
    }

    /// `1795175557`, `1795175557.25`, or RFC 3339; 0 and nothing are no moment.
    pub fn moment(&self, key: &str) -> Option<Moment> {
        let text = self.get(key).filter(|text| !matches!(*text, "" | "0"))?;
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Some(Moment::from_timestamp(time));
        }
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        let seconds: i64 = seconds.parse().ok()?;
        let nanoseconds = seconds.checked_mul(1_000_000_000)?.checked_add(fraction.parse().ok()?)?;
        Some(Moment::from_nanoseconds(nanoseconds))
    }

    pub fn filter(&self, key: &str) -> &[String] {
        self.filters.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Filters that the engine does not know are an error.
    pub fn allow_filters(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.filters.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Refusal::bad(format!("invalid filter '{key}'"))),
            None => Ok(()),
        }
    }

    /// True when no such filter was given, or when one of its values passes.
    pub fn any(&self, key: &str, passes: impl Fn(&str) -> bool) -> bool {
        let values = self.filter(key);
        values.is_empty() || values.iter().any(|value| passes(value))
    }

    /// All labels asked for have to be there: `key` or `key=value`.
    pub fn labels_match<'a>(&self, lookup: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.filter("label").iter().all(|wanted| match wanted.split_once('=') {
            Some((key, value)) => lookup(key) == Some(value),
            None => lookup(wanted).is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_of_filters_and_refuses_others() {
        let query = Query::parse("all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D").unwrap();
        assert!(query.flag("all"));
        assert_eq!(query.filter("label"), ["a=b"]);
        let old = Query::parse("filters=%7B%22label%22%3A%7B%22a%22%3Atrue%7D%7D").unwrap();
        assert_eq!(old.filter("label"), ["a"]);
        assert_eq!(Query::parse("filters=nonsense").unwrap_err().status, 400);
    }

    #[test]
    fn moments_keep_their_nanoseconds() {
        let query = Query::parse("since=1795175557.000000042&until=2026-01-01T00:00:00Z&other=0").unwrap();
        assert_eq!(query.moment("since"), Some(Moment::from_nanoseconds(1_795_175_557_000_000_042)));
        assert_eq!(query.moment("until"), Some(Moment::from_nanoseconds(1_767_225_600_000_000_000)));
        assert_eq!(query.moment("other"), None);
    }
}
