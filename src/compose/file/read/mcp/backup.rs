//! `x-mcp.backup`: what is saved of the stack, when, and for how long it is kept.

mod offsite;

use super::super::Context;
use super::super::scalars::{count, flag, one_or_more, scalar, size};
use crate::compose::file::saved::{BackupExtension, DeclaredSource};
use crate::domain::stack::{BackupPolicy, BackupSource, Retention};
use crate::domain::yaml::{Reader, Value};
use std::path::Path;

const SOURCES: [&str; 6] = ["postgres", "redis", "volumes", "binds", "files", "exec"];
const POLICY: [&str; 11] = [
    "keep_last",
    "keep_days",
    "daily",
    "weekly",
    "monthly",
    "prune",
    "verify",
    "schedule",
    "objects_over",
    "encrypt",
    "offsite",
];

pub fn read(reader: &Reader<'_>, context: &Context<'_>) -> BackupExtension {
    reader.only(&[SOURCES.as_slice(), POLICY.as_slice()].concat());
    let items = |key: &str| reader.get(key).map(|list| list.list()).unwrap_or_default();
    let mut sources = Vec::new();
    sources.extend(items("postgres").iter().filter_map(postgres));
    sources.extend(items("redis").iter().filter_map(redis));
    sources.extend(items("volumes").iter().filter_map(scalar).map(DeclaredSource::Volume));
    sources.extend(items("binds").iter().filter_map(|item| bind(item, context)));
    let files = items("files");
    let file = |item: &Reader<'_>| scalar(item).map(|path| context.absolute(item, &path));
    let file = |item: &Reader<'_>| file(item).map(|path| BackupSource::Files { path });
    sources.extend(files.iter().filter_map(file).map(DeclaredSource::Ready));
    sources.extend(items("exec").iter().filter_map(exec));
    let declared = SOURCES.iter().any(|key| reader.node().get(key).is_some());
    BackupExtension { sources: declared.then_some(sources), policy: policy(reader, context) }
}

fn policy(reader: &Reader<'_>, context: &Context<'_>) -> BackupPolicy {
    let number = |key: &str| reader.get(key).and_then(|value| count(&value));
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value));
    let default = BackupPolicy::default();
    BackupPolicy {
        retention: Retention {
            keep_last: number("keep_last"),
            keep_days: number("keep_days"),
            daily: number("daily"),
            weekly: number("weekly"),
            monthly: number("monthly"),
        },
        prune: switch("prune").unwrap_or(default.prune),
        verify: switch("verify").unwrap_or(default.verify),
        schedule: reader.get("schedule").and_then(|value| scalar(&value)),
        encrypt: reader.get("encrypt").map(|keys| one_or_more(&keys)).unwrap_or_default(),
        offsite: reader.get("offsite").and_then(|value| offsite::read(&value, context)),
        objects_over: reader.get("objects_over").map_or(default.objects_over, |value| objects_over(&value)),
    }
}

/// `64m`; `off` keeps every file in its archive.
fn objects_over(value: &Reader<'_>) -> Option<u64> {
    if value.node().text() == Some("off") || value.node().value == Value::Bool(false) {
        return None;
    }
    size(value).and_then(|bytes| u64::try_from(bytes.0).ok())
}

/// A mapping with a service, or the service alone.
fn postgres(item: &Reader<'_>) -> Option<DeclaredSource> {
    let source = if is_mapping(item) {
        item.only(&["service", "database", "user"]);
        BackupSource::Postgres {
            service: service(item, "the service that runs PostgreSQL")?,
            database: text(item, "database"),
            user: text(item, "user"),
        }
    } else {
        BackupSource::Postgres { service: scalar(item)?, database: None, user: None }
    };
    Some(DeclaredSource::Ready(source))
}

fn redis(item: &Reader<'_>) -> Option<DeclaredSource> {
    let service = if is_mapping(item) {
        item.only(&["service"]);
        service(item, "the service that runs Redis")?
    } else {
        scalar(item)?
    };
    Some(DeclaredSource::Ready(BackupSource::Redis { service }))
}

/// What a service sees at a place, or a path of the host.
fn bind(item: &Reader<'_>, context: &Context<'_>) -> Option<DeclaredSource> {
    if !is_mapping(item) {
        let path = context.absolute(item, &scalar(item)?);
        return Some(DeclaredSource::Ready(BackupSource::Bind { path, service: None, target: None }));
    }
    item.only(&["service", "target"]);
    let service = service(item, "the service that has the mount")?;
    let target = text(item, "target");
    if target.is_none() {
        item.complain("expected `target`, the path in the container");
    }
    Some(DeclaredSource::Mount { service, target: target? })
}

fn exec(item: &Reader<'_>) -> Option<DeclaredSource> {
    item.only(&["service", "command", "path"]);
    let service = service(item, "the service that the command runs in");
    let command: Vec<String> =
        item.get("command").map(|list| list.list().iter().filter_map(scalar).collect()).unwrap_or_default();
    if command.is_empty() {
        item.complain("expected `command`, a list: the program and its arguments");
    }
    let path = text(item, "path");
    match &path {
        None => item.complain("expected `path`, what the part is called in the bundle"),
        Some(path) if !stays_inside(path) => {
            item.complain(format!("`path` must name a file below the bundle's `exec/`, found `{path}`"));
        }
        Some(_) => {}
    }
    let path = path.filter(|path| stays_inside(path));
    let source = BackupSource::Exec { service: service?, command, path: path? };
    Some(DeclaredSource::Ready(source))
}

fn stays_inside(path: &str) -> bool {
    // `a//b` and `a/./b` are `a/b` to the disk, and no name of a part.
    let is_name = |piece: &str| !matches!(piece, "" | "." | "..");
    Path::new(path).is_relative() && path.split('/').all(is_name)
}

fn is_mapping(item: &Reader<'_>) -> bool {
    matches!(item.node().value, Value::Mapping(_))
}

fn text(item: &Reader<'_>, key: &str) -> Option<String> {
    item.get(key).and_then(|value| scalar(&value))
}

fn service(item: &Reader<'_>, what: &str) -> Option<String> {
    let service = text(item, "service");
    if service.is_none() {
        item.complain(format!("expected `service`, {what}"));
    }
    service
}
