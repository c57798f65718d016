//! What a page must say: a pattern, and values in JSON.

use super::Page;
use crate::domain::check::{Expected, JsonExpected};
use crate::domain::{secret, units};
use regex::bytes::Regex;
use serde_json::Value;

/// Of a page that says something else, so much is quoted.
const QUOTED: usize = 80;

pub(super) fn complaint(page: &Page, expect: &Expected) -> Option<String> {
    if let Some(pattern) = &expect.body {
        match Regex::new(pattern) {
            Ok(regex) if regex.is_match(&page.body) => {}
            Ok(_) => {
                return Some(format!("nothing in {} matches /{pattern}/: {}", extent(page), quote(page)));
            }
            Err(error) => return Some(format!("/{pattern}/ is no regular expression: {error}")),
        }
    }
    if expect.json.is_empty() {
        return None;
    }
    let document: Value = match serde_json::from_slice(&page.body) {
        Ok(document) => document,
        Err(_) if !page.complete => return Some(format!("{} is no whole JSON document", extent(page))),
        Err(_) => return Some(format!("its body is not JSON: {}", quote(page))),
    };
    expect.json.iter().find_map(|wanted| differs(&document, wanted))
}

fn differs(document: &Value, wanted: &JsonExpected) -> Option<String> {
    let JsonExpected { path, value } = wanted;
    let Some(found) = wanted.pointer().and_then(|pointer| document.pointer(&pointer)) else {
        return Some(format!("its JSON has no {path}"));
    };
    let said = match found {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (said != *value).then(|| {
        let said: String = said.chars().take(QUOTED).collect();
        format!("its {path} is {}, expected {value}", secret::mask_value(path, &said))
    })
}

/// How much of the body was looked at.
fn extent(page: &Page) -> String {
    if page.complete {
        "its body".to_owned()
    } else {
        let read = units::bytes(u64::try_from(page.body.len()).unwrap_or(u64::MAX));
        format!("the first {read} of its body")
    }
}

fn quote(page: &Page) -> String {
    let text = String::from_utf8_lossy(&page.body[..page.body.len().min(QUOTED * 4)]).into_owned();
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUOTED).collect();
    if text.is_empty() {
        "it is empty".to_owned()
    } else {
        format!("it begins `{}`", secret::mask_text(&text))
    }
}
