//! `x-mcp`: what Compose has no word for.

mod backup;
mod checks;
mod reactions;

use super::Context;
use super::scalars::{count, flag, float, scalar, size};
use crate::compose::file::mcp::{Hooks, Order, ServiceExtension, UpdatePolicy};
use crate::compose::file::project::{Requirements, StackExtension};
use crate::domain::Safe;
use crate::domain::yaml::Reader;
use std::collections::BTreeMap;

pub fn stack(reader: &Reader<'_>, context: &Context<'_>) -> StackExtension {
    reader.only(&["title", "overlays", "addresses", "requirements", "backup"]);
    StackExtension {
        title: reader.get("title").and_then(|value| scalar(&value)).map(Safe::from),
        overlays: reader.get("overlays").map(|value| overlays(&value)).unwrap_or_default(),
        addresses: reader
            .get("addresses")
            .map(|value| value.list().iter().filter_map(scalar).map(Safe::from).collect())
            .unwrap_or_default(),
        requirements: reader.get("requirements").map(|value| requirements(&value)).unwrap_or_default(),
        backup: reader.get("backup").map(|value| backup::read(&value, context)).unwrap_or_default(),
    }
}

/// What each overlay of the stack is for, by its name.
fn overlays(reader: &Reader<'_>) -> BTreeMap<String, Safe> {
    let described = |(name, text): (&str, Reader<'_>)| Some((name.to_owned(), Safe::from(scalar(&text)?)));
    reader.mapping().into_iter().filter_map(described).collect()
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

pub fn service(reader: &Reader<'_>, name: &str, context: &Context<'_>) -> ServiceExtension {
    reader.only(&["checks", "hooks", "on_scale", "update", "rehearse"]);
    ServiceExtension {
        checks: reader.get("checks").map(|value| checks::read(&value, name, context)),
        hooks: reader.get("hooks").map(|value| hooks(&value, name)).unwrap_or_default(),
        on_scale: reader.get("on_scale").map(|value| reactions::read(&value, None)).unwrap_or_default(),
        update: reader.get("update").map(|value| update(&value)).unwrap_or_default(),
        rehearse: reader.get("rehearse").and_then(|value| flag(&value)),
    }
}

fn update(reader: &Reader<'_>) -> UpdatePolicy {
    reader.only(&["order", "parallelism", "min_healthy_time", "healthy_deadline", "drain", "soak"]);
    let time = |key: &str| reader.get(key).and_then(|value| value.duration());
    let order = reader.get("order").and_then(|value| {
        let order = Order::named(&scalar(&value)?);
        if order.is_none() {
            value.complain("expected `start-first` or `stop-first`");
        }
        order
    });
    UpdatePolicy {
        order,
        parallelism: reader.get("parallelism").and_then(|value| count(&value)),
        min_healthy_time: time("min_healthy_time"),
        healthy_deadline: time("healthy_deadline"),
        drain: time("drain"),
        soak: time("soak"),
    }
}

/// A hook without a service runs in its own.
fn hooks(reader: &Reader<'_>, service: &str) -> Hooks {
    reader.only(&["after_healthy"]);
    let after_healthy = reader.get("after_healthy");
    Hooks {
        after_healthy: after_healthy.map(|value| reactions::read(&value, Some(service))).unwrap_or_default(),
    }
}
