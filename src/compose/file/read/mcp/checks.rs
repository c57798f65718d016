//! `x-mcp.checks` of a service.

mod expected;

use super::super::Context;
use super::super::scalars::{count, scalar, strings};
use crate::domain::check::{EXEC_APART, HttpUrl};
use crate::domain::yaml::Reader;
use crate::domain::{CheckId, CheckKind, CheckSpec};
use std::time::Duration;

const KINDS: [&str; 7] = ["http", "tcp", "exec", "redis", "postgres", "certificate", "llm"];
const OF_ALL: [&str; 5] = ["name", "interval", "timeout", "fall", "rise"];
/// Keys that only one kind of check has.
const OF_KIND: [(&str, &str); 5] = [
    ("status", "http"),
    ("body", "http"),
    ("json", "http"),
    ("user", "postgres"),
    ("server_name", "certificate"),
];

pub fn read(reader: &Reader<'_>, service: &str, context: &Context<'_>) -> Vec<CheckSpec> {
    let mut checks: Vec<CheckSpec> = Vec::new();
    for item in reader.list() {
        let Some(check) = check(&item, service, context) else { continue };
        if checks.iter().any(|known| known.id == check.id) {
            item.complain(format!(
                "a check named `{}` stands already above; give one of them a `name`",
                check.id.name
            ));
        } else {
            checks.push(check);
        }
    }
    checks
}

fn check(reader: &Reader<'_>, service: &str, context: &Context<'_>) -> Option<CheckSpec> {
    let own = OF_KIND.iter().map(|(key, _)| *key);
    reader.only(&KINDS.into_iter().chain(OF_ALL).chain(own).collect::<Vec<_>>());
    let named: Vec<(&str, Reader<'_>)> =
        KINDS.iter().filter_map(|kind| Some((*kind, reader.get(kind)?))).collect();
    let [(word, value)] = named.as_slice() else {
        reader.complain(format!("expected one of {}", KINDS.map(|kind| format!("`{kind}`")).join(", ")));
        return None;
    };
    for (key, kind) in OF_KIND.iter().filter(|(_, kind)| kind != word) {
        if let Some(value) = reader.get(key) {
            let article = if *kind == "http" { "an" } else { "a" };
            value.complain(format!("only {article} {kind} check has a {key}"));
        }
    }
    let kind = kind(word, value, reader, service)?;
    let name = reader.get("name").and_then(|value| scalar(&value)).unwrap_or_else(|| kind.label());
    let id = CheckId { stack: context.project.to_owned(), service: service.to_owned(), name };
    let usual = CheckSpec::new(id, kind);
    let time = |key: &str, usual: Duration| {
        let given = reader.get(key).and_then(|value| value.duration().map(|time| (value, time)));
        given.map_or(usual, |(value, time)| {
            if time.is_zero() {
                value.expected("a duration longer than nothing");
            }
            time
        })
    };
    let times = |key: &str, usual: u32| {
        let given = reader.get(key).and_then(|value| count(&value).map(|times| (value, times)));
        given.map_or(usual, |(value, times)| {
            if times == 0 {
                value.expected("a whole number from 1 on");
            }
            times
        })
    };
    let interval = time("interval", usual.interval);
    if let (CheckKind::Exec { .. }, Some(value)) = (&usual.kind, reader.get("interval"))
        && interval < EXEC_APART
    {
        value.expected("60s or more: each run costs a process in the container");
    }
    Some(CheckSpec {
        interval,
        timeout: time("timeout", usual.timeout),
        fall: times("fall", usual.fall),
        rise: times("rise", usual.rise),
        ..usual
    })
}

fn kind(word: &str, value: &Reader<'_>, check: &Reader<'_>, service: &str) -> Option<CheckKind> {
    let text = |key: &str| check.get(key).and_then(|value| scalar(&value));
    Some(match word {
        "http" => CheckKind::Http { url: url(value)?, expect: expected::read(check) },
        "llm" => CheckKind::LlmProgress { url: url(value)? },
        "exec" => {
            let command = strings(value);
            if command.is_empty() {
                value.complain("expected a command such as [pg_isready, -U, runs]");
                return None;
            }
            CheckKind::Exec { command }
        }
        _ => {
            let (host, port) = address(value, service)?;
            match word {
                "redis" => CheckKind::Redis { host, port },
                "postgres" => CheckKind::Postgres { host, port, user: text("user") },
                "certificate" => CheckKind::Certificate { host, port, name: text("server_name") },
                _ => CheckKind::Tcp { host, port },
            }
        }
    })
}

fn url(reader: &Reader<'_>) -> Option<String> {
    let url = scalar(reader)?;
    match HttpUrl::parse(&url) {
        Ok(_) => Some(url),
        Err(why) => {
            reader.complain(why);
            None
        }
    }
}

/// `HOST:PORT`; a port alone is the service's own, in each of its containers.
fn address(reader: &Reader<'_>, service: &str) -> Option<(String, u16)> {
    let text = scalar(reader)?;
    let (host, port) = text.rsplit_once(':').unwrap_or((service, &text));
    match port.parse::<u16>() {
        Ok(port) if !host.is_empty() && port > 0 => {
            let host = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host);
            Some((host.to_owned(), port))
        }
        _ => {
            reader.expected("HOST:PORT, or the PORT of each of the service's containers");
            None
        }
    }
}

#[cfg(test)]
mod tests;
