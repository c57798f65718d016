//! `command`, `entrypoint` and the health check's `test`.

use super::Context;
use super::scalars::{count, duration, filled, flag, string, strings};
use crate::compose::file::service::HealthCheck;
use crate::compose::file::words::{Words, split};
use crate::domain::yaml::{Reader, Value};

/// A list, or text that is split as a shell would.
pub fn command(reader: &Reader<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    if let Value::Sequence(_) = reader.node().value {
        return Some(strings(reader));
    }
    match split(&string(reader)?) {
        Ok(Words { words, cut: None }) => Some(words),
        Ok(Words { words, cut: Some(sign) }) => {
            context.warn(format!(
                "{}: the text ends at the unquoted `{sign}`, as in docker compose; write [\"sh\", \"-c\", …] for a shell line",
                reader.path()
            ));
            Some(words)
        }
        Err(why) => {
            reader.complain(why);
            None
        }
    }
}

pub fn health_check(reader: &Reader<'_>) -> HealthCheck {
    reader.only(&["test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"]);
    filled(reader, &[]);
    let test = reader.get("test").map(|test| match test.node().value {
        Value::Sequence(_) => {
            let words = strings(&test);
            let first = words.first().map(String::as_str);
            if !words.is_empty() && !matches!(first, Some("NONE" | "CMD" | "CMD-SHELL")) {
                test.complain("expected a list that starts with NONE, CMD or CMD-SHELL");
            }
            words
        }
        _ => string(&test).map(|line| vec!["CMD-SHELL".to_owned(), line]).unwrap_or_default(),
    });
    HealthCheck {
        test: test.unwrap_or_default(),
        timeout: reader.get("timeout").and_then(|value| duration(&value)),
        interval: reader.get("interval").and_then(|value| duration(&value)),
        retries: reader.get("retries").and_then(|value| count(&value)).map(u64::from),
        start_period: reader.get("start_period").and_then(|value| duration(&value)),
        start_interval: reader.get("start_interval").and_then(|value| duration(&value)),
        disable: reader.get("disable").and_then(|value| flag(&value)).unwrap_or(false),
    }
}
