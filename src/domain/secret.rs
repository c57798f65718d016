//! Masking of secrets, by the name of the key and by the shape of the value.

use regex::Regex;
use std::sync::LazyLock;

/// What stands in the place of a secret.
pub const MASK: &str = "••••••";

static SECRET_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(passw(or)?d|passphrase|secret|token|api_?key|private_?key|access_?key|credential|auth$|_pass$|^pass$|dsn$)").ok()
});
/// `scheme://user:password@host`
static URL_PASSWORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s/:@]*:)(?P<secret>[^\s@/]+)@").ok());

/// Whether values under this key are secrets. A key that only names a file is not.
pub fn is_secret_key(key: &str) -> bool {
    !key.to_ascii_uppercase().ends_with("_FILE")
        && SECRET_KEY.as_ref().is_some_and(|pattern| pattern.is_match(key))
}

/// The value as it may be shown under its key.
pub fn mask_value(key: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else if is_secret_key(key) {
        MASK.to_owned()
    } else {
        mask_text(value)
    }
}

/// Passwords inside URLs, wherever they stand in the text.
pub fn mask_text(text: &str) -> String {
    match URL_PASSWORD.as_ref() {
        Some(pattern) if text.contains("://") => {
            pattern.replace_all(text, format!("${{before}}{MASK}@")).into_owned()
        }
        _ => text.to_owned(),
    }
}

/// A whole document: environment lists (`KEY=value`) and mappings alike.
pub fn mask_json(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                match value {
                    Value::String(text) => *text = mask_value(key, text),
                    other => mask_json(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_json),
        Value::String(text) => {
            *text = match text.split_once('=') {
                Some((key, value)) => format!("{key}={}", mask_value(key, value)),
                None => mask_text(text),
            };
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_urls_give_secrets_away() {
        assert_eq!(mask_value("POSTGRES_PASSWORD", "x"), MASK);
        assert_eq!(mask_value("POSTGRES_PASSWORD_FILE", "/run/secrets/db"), "/run/secrets/db");
        assert_eq!(mask_value("POSTGRES_USER", "mlflow"), "mlflow");
        assert_eq!(
            mask_value("DATABASE_URL", "postgresql://u:p@db:5432/x"),
            format!("postgresql://u:{MASK}@db:5432/x")
        );
    }

    #[test]
    fn a_document_is_masked_in_depth() {
        let mut document = serde_json::json!({"Env": ["A_TOKEN=abc", "PORT=1"], "x": {"secret_key": "k"}});
        mask_json(&mut document);
        assert_eq!(
            document,
            serde_json::json!({"Env": [format!("A_TOKEN={MASK}"), "PORT=1"], "x": {"secret_key": MASK}})
        );
    }
}
