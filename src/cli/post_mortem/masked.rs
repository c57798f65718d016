//! Secrets are masked by where they stand, as everywhere, and besides by what they are: a password that a container was
//! given in its environment is hidden wherever it turns up, in a log line too where nothing announces it.

use super::bundle::Bundle;
use crate::app::State;
use crate::domain::secret::{self, MASK};
use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;
use std::collections::BTreeSet;

/// A shorter value would hide words that are no secret at all.
const SHORTEST: usize = 6;

pub struct Masker {
    values: Option<AhoCorasick>,
    count: usize,
}

impl Masker {
    pub fn of(state: &State, bundle: &Bundle) -> Self {
        let containers = state.fleet.containers().values();
        let known = containers.clone().filter_map(|container| container.details.as_ref());
        let environment = known.flat_map(|details| details.environment.iter().map(String::as_str));
        let pairs: Vec<(&str, &str)> =
            environment.chain(bundle.environment()).filter_map(|line| line.split_once('=')).collect();
        let public = pairs.iter().filter(|(key, _)| !secret::is_secret_key(key)).map(|(_, value)| *value);
        let names = containers.flat_map(|container| {
            let labels = container.compose.as_ref();
            let of_stack = labels.map(|labels| [labels.project.as_str(), labels.service.as_str()]);
            [container.name.as_str()].into_iter().chain(of_stack.into_iter().flatten())
        });
        let public: BTreeSet<&str> = public.chain(names).collect();
        let secret = pairs.iter().filter(|(key, _)| secret::is_secret_key(key)).map(|(_, value)| *value);
        // A password that is also a name hides nothing, and would make the report unreadable.
        Self::of_values(secret.filter(|value| !public.contains(value)))
    }

    fn of_values<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let values: BTreeSet<&str> = values.filter(|value| value.len() >= SHORTEST).collect();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values);
        let values_count = values.len();
        let finder = finder
            .inspect_err(|error| log::error!("secrets are masked by their places alone: {error}"))
            .ok()
            .filter(|_| values_count > 0);
        Self { values: finder, count: values_count }
    }

    /// Line by line: what is announced on one is not looked for on the next.
    pub fn mask(&self, text: &str) -> String {
        text.split_inclusive('\n')
            .map(|line| {
                let (words, feed) = line.strip_suffix('\n').map_or((line, ""), |words| (words, "\n"));
                let masked = secret::mask_text(words);
                self.hide(&masked) + feed
            })
            .collect()
    }

    pub fn mask_document(&self, document: &mut Value) {
        secret::mask_json(document);
        self.hide_in(document);
    }

    fn hide(&self, text: &str) -> String {
        match &self.values {
            Some(values) => values.replace_all(text, &vec![MASK; self.count]),
            None => text.to_owned(),
        }
    }

    fn hide_in(&self, document: &mut Value) {
        match document {
            Value::String(text) => *text = self.hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(entries) => entries.values_mut().for_each(|value| self.hide_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_secret_is_hidden_wherever_it_turns_up() {
        let masker = Masker::of_values(["hunter2-of-the-database", "short"].into_iter());
        let text = "cannot log in with hunter2-of-the-database\nPASSWORD=abc --token x\nshort words stay\n";
        let hidden = masker.mask(text);
        assert!(!hidden.contains("hunter2") && !hidden.contains("abc"), "{hidden}");
        assert!(hidden.contains("short words stay") && hidden.lines().count() == 3, "{hidden}");
        let mut document = serde_json::json!({ "Config": { "Env": ["API_TOKEN=abcdefgh"] },
            "Mounts": [{ "Source": "/srv/hunter2-of-the-database" }] });
        masker.mask_document(&mut document);
        let text = document.to_string();
        assert!(!text.contains("hunter2") && !text.contains("abcdefgh"), "{text}");
    }
}
