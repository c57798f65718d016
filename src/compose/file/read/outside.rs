//! What a service takes from outside of the Engine: a provider, models, Windows credentials.

use super::scalars::{one_or_more, string, strings};
use crate::compose::file::service::{CredentialSpec, ModelBinding, Provider};
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

pub fn provider(reader: &Reader<'_>) -> Provider {
    reader.only(&["type", "options"]);
    if reader.get("type").is_none() {
        reader.complain("expected `type`, the program that provides the service");
    }
    let options = reader.get("options").map(|value| value.mapping()).unwrap_or_default();
    Provider {
        kind: reader.get("type").and_then(|value| string(&value)).unwrap_or_default(),
        options: options.into_iter().map(|(key, value)| (key.to_owned(), one_or_more(&value))).collect(),
    }
}

pub fn models(reader: &Reader<'_>) -> BTreeMap<String, Option<ModelBinding>> {
    if let Value::Sequence(_) = reader.node().value {
        return strings(reader).into_iter().map(|name| (name, None)).collect();
    }
    let one = |(name, value): (&str, Reader<'_>)| {
        if value.node().value == Value::Null {
            return (name.to_owned(), None);
        }
        value.only(&["endpoint_var", "model_var"]);
        let text = |key: &str| value.get(key).and_then(|value| string(&value)).unwrap_or_default();
        let binding = ModelBinding { endpoint_var: text("endpoint_var"), model_var: text("model_var") };
        (name.to_owned(), Some(binding))
    };
    reader.mapping().into_iter().map(one).collect()
}

pub fn credential_spec(reader: &Reader<'_>) -> CredentialSpec {
    reader.only(&["config", "file", "registry"]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    CredentialSpec { config: text("config"), file: text("file"), registry: text("registry") }
}
