//! `x-mcp`: what Compose has no word for.

use super::Context;
use super::scalars::{count, float, scalar, size};
use crate::compose::file::project::{Requirements, StackExtension};
use crate::compose::file::service::ServiceExtension;
use crate::domain::stack::BackupSource;
use crate::domain::yaml::{Reader, Value};
use crate::domain::{CheckId, CheckKind, CheckSpec, Safe};
use std::time::Duration;

pub fn stack(reader: &Reader<'_>) -> StackExtension {
    reader.only(&["title", "addresses", "requirements", "backup"]);
    StackExtension {
        title: reader.get("title").and_then(|value| scalar(&value)).map(Safe::from),
        addresses: reader
            .get("addresses")
            .map(|value| value.list().iter().filter_map(scalar).map(Safe::from).collect())
            .unwrap_or_default(),
        requirements: reader.get("requirements").map(|value| requirements(&value)).unwrap_or_default(),
        backup: reader.get("backup").map(|value| backup(&value)).unwrap_or_default(),
    }
}

fn requirements(reader: &Reader<'_>) -> Requirements {
    reader.only(&["cpus", "memory", "disk", "gpus"]);
    let bytes = |key: &str| {
        let size = reader.get(key).and_then(|value| size(&value))?;
        u64::try_from(size.0).ok()
    };
    Requirements {
        cpus: reader.get("cpus").and_then(|value| float(&value)),
        memory_bytes: bytes("memory"),
        disk_bytes: bytes("disk"),
        gpus: reader.get("gpus").and_then(|value| count(&value)).map(u64::from),
    }
}

fn backup(reader: &Reader<'_>) -> Vec<BackupSource> {
    reader.only(&["postgres"]);
    let Some(postgres) = reader.get("postgres") else { return Vec::new() };
    let mut sources = Vec::new();
    for item in postgres.list() {
        if let Value::Mapping(_) = item.node().value {
            item.only(&["service", "database", "user"]);
            let text = |key: &str| item.get(key).and_then(|value| scalar(&value));
            match text("service") {
                Some(service) => {
                    sources.push(BackupSource::Postgres {
                        service,
                        database: text("database"),
                        user: text("user"),
                    });
                }
                None => item.complain("expected `service`, the service that runs PostgreSQL"),
            }
        } else if let Some(service) = scalar(&item) {
            sources.push(BackupSource::Postgres { service, database: None, user: None });
        }
    }
    sources
}

pub fn service(reader: &Reader<'_>, name: &str, context: &Context<'_>) -> ServiceExtension {
    reader.only(&["checks", "hooks", "on_scale"]);
    for later in ["hooks", "on_scale"] {
        if reader.get(later).is_some() {
            context.warn(format!("{}.{later}: is not carried out by this version", reader.path()));
        }
    }
    let mut checks: Vec<CheckSpec> = Vec::new();
    for item in reader.get("checks").map(|value| value.list()).unwrap_or_default() {
        let Some(check) = check(&item, name, context) else { continue };
        if checks.iter().any(|known| known.id == check.id) {
            item.complain(format!(
                "a check named `{}` stands already above; give one of them a `name`",
                check.id.name
            ));
        } else {
            checks.push(check);
        }
    }
    ServiceExtension { checks }
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
