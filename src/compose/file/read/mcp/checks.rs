//! `x-mcp.checks` of a service.

use super::super::Context;
use super::super::scalars::{count, scalar};
use crate::domain::yaml::Reader;
use crate::domain::{CheckId, CheckKind, CheckSpec};
use std::time::Duration;

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
    reader.only(&["name", "http", "tcp", "interval", "timeout", "fall", "rise", "status"]);
    let status = reader.get("status").and_then(|value| {
        let code = value.number(599)?;
        u16::try_from(code).ok().filter(|code| *code >= 100).or_else(|| {
            value.expected("an HTTP status from 100 to 599");
            None
        })
    });
    let kind = match (reader.get("http"), reader.get("tcp")) {
        (Some(url), None) => http(&url, status)?,
        (None, Some(address)) => {
            if let Some(status) = reader.get("status") {
                status.complain("only an http check has a status");
            }
            tcp(&address)?
        }
        _ => {
            reader.complain("expected either `http: URL` or `tcp: HOST:PORT`");
            return None;
        }
    };
    let time = |key: &str, usual: u64| {
        let given = reader.get(key).and_then(|value| value.duration().map(|time| (value, time)));
        given.map_or(Duration::from_secs(usual), |(value, time)| {
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
    let name = reader.get("name").and_then(|value| scalar(&value)).unwrap_or_else(|| kind.label());
    Some(CheckSpec {
        id: CheckId { stack: context.project.to_owned(), service: service.to_owned(), name },
        kind,
        interval: time("interval", 10),
        timeout: time("timeout", 5),
        fall: times("fall", 3),
        rise: times("rise", 2),
    })
}

fn http(reader: &Reader<'_>, expect_status: Option<u16>) -> Option<CheckKind> {
    let url = scalar(reader)?;
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
        reader.expected("a URL that starts with http:// or https://");
        return None;
    }
    Some(CheckKind::Http { url, expect_status })
}

fn tcp(reader: &Reader<'_>) -> Option<CheckKind> {
    let text = scalar(reader)?;
    let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    match parts {
        Some((host, port)) if !host.is_empty() && port > 0 => {
            let host = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host);
            Some(CheckKind::Tcp { host: host.to_owned(), port })
        }
        _ => {
            reader.expected("HOST:PORT");
            None
        }
    }
}
