//! What a page is expected to be like.

use super::super::super::scalars::scalar;
use crate::domain::check::{Expected, JsonExpected};
use crate::domain::yaml::Reader;
use regex::Regex;

pub(super) fn read(check: &Reader<'_>) -> Expected {
    Expected {
        status: check.get("status").and_then(|value| status(&value)),
        body: check.get("body").and_then(|value| pattern(&value)),
        json: check.get("json").map(|value| json(&value)).unwrap_or_default(),
        any_answer: false,
    }
}

fn status(value: &Reader<'_>) -> Option<u16> {
    let code = value.number(599)?;
    u16::try_from(code).ok().filter(|code| *code >= 100).or_else(|| {
        value.expected("an HTTP status from 100 to 599");
        None
    })
}

fn pattern(value: &Reader<'_>) -> Option<String> {
    let pattern = scalar(value)?;
    if let Err(error) = Regex::new(&pattern) {
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
        value.complain(format!("`{pattern}` is no regular expression: {why}"));
        return None;
    }
    Some(pattern)
}

/// `status.database: ok`
fn json(value: &Reader<'_>) -> Vec<JsonExpected> {
    let read = |(path, wanted): (&str, Reader<'_>)| {
        let expected = JsonExpected { path: path.to_owned(), value: scalar(&wanted)? };
        if expected.pointer().is_none() {
            wanted.complain(format!("`{path}` is no path into JSON, such as status.workers[0].state"));
            return None;
        }
        Some(expected)
    };
    value.mapping().into_iter().filter_map(read).collect()
}
