//! `build`, in its short and its long form.

use super::Context;
use super::limits::ulimits;
use super::networks::extra_hosts;
use super::references::file_references;
use super::scalars::{filled, flag, labels, one_or_more, pairs, scalar, size, string, strings};
use crate::compose::file::service::Build;
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

const KEYS: [&str; 25] = [
    "additional_contexts",
    "args",
    "cache_from",
    "cache_to",
    "context",
    "dockerfile",
    "dockerfile_inline",
    "entitlements",
    "extra_hosts",
    "isolation",
    "labels",
    "network",
    "no_cache",
    "no_cache_filter",
    "platforms",
    "privileged",
    "provenance",
    "pull",
    "sbom",
    "secrets",
    "shm_size",
    "ssh",
    "tags",
    "target",
    "ulimits",
];

pub fn build(reader: &Reader<'_>, context: &Context<'_>) -> Build {
    if let Value::Text(path) = &reader.node().value {
        return Build {
            context: location(reader, path, context),
            dockerfile: "Dockerfile".to_owned(),
            ..Build::default()
        };
    }
    reader.only(&KEYS);
    filled(reader, &[]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let list = |key: &str| reader.get(key).map(|value| strings(&value)).unwrap_or_default();
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value)).unwrap_or_default();
    let loose = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let inline = text("dockerfile_inline");
    let mut dockerfile = text("dockerfile");
    if !inline.is_empty() && !dockerfile.is_empty() {
        reader.complain("`dockerfile` and `dockerfile_inline` exclude each other");
    }
    if inline.is_empty() && reader.node().get("dockerfile").is_none() {
        "Dockerfile".clone_into(&mut dockerfile);
    }
    let place = match text("context") {
        empty if empty.is_empty() => ".".to_owned(),
        place => place,
    };
    Build {
        context: location(reader.get("context").as_ref().unwrap_or(reader), &place, context),
        dockerfile,
        dockerfile_inline: inline,
        entitlements: list("entitlements"),
        args: reader.get("args").map(|value| pairs(&value)).unwrap_or_default(),
        provenance: loose("provenance"),
        sbom: loose("sbom"),
        ssh: ssh(reader),
        labels: reader.get("labels").map(|value| labels(&value)).unwrap_or_default(),
        cache_from: list("cache_from"),
        cache_to: list("cache_to"),
        no_cache: switch("no_cache"),
        no_cache_filter: reader.get("no_cache_filter").map(|value| one_or_more(&value)).unwrap_or_default(),
        additional_contexts: contexts(reader, context),
        pull: switch("pull"),
        extra_hosts: reader.get("extra_hosts").map(|value| extra_hosts(&value)).unwrap_or_default(),
        isolation: text("isolation"),
        network: text("network"),
        target: text("target"),
        secrets: reader.get("secrets").map(|value| file_references(&value)).unwrap_or_default(),
        shm_size: reader.get("shm_size").and_then(|value| size(&value)).unwrap_or_default(),
        tags: list("tags"),
        ulimits: reader.get("ulimits").map(|value| ulimits(&value)).unwrap_or_default(),
        platforms: list("platforms"),
        privileged: switch("privileged"),
    }
}

/// A directory as an absolute path; what the builder fetches stays as it is written.
fn location(written: &Reader<'_>, place: &str, context: &Context<'_>) -> String {
    if is_remote(place) { place.to_owned() } else { context.absolute(written, place) }
}

fn is_remote(place: &str) -> bool {
    let prefixes = ["https://", "http://", "git://", "ssh://", "github.com/", "git@"];
    prefixes.iter().any(|prefix| place.starts_with(prefix)) || place.contains("://")
}

/// By name: a directory, an image, a repository, or another service's image.
fn contexts(reader: &Reader<'_>, context: &Context<'_>) -> BTreeMap<String, String> {
    let Some(value) = reader.get("additional_contexts") else { return BTreeMap::new() };
    let absolute = |(name, place): (String, String)| {
        let place = if place.starts_with("service:") { place } else { location(&value, &place, context) };
        (name, place)
    };
    labels(&value).into_iter().map(absolute).collect()
}

/// `default`, or the name of an agent or key with its path.
fn ssh(reader: &Reader<'_>) -> Vec<String> {
    let Some(value) = reader.get("ssh") else {
        if reader.node().get("ssh").is_some() {
            reader.complain("expected a list of SSH agents or keys under `ssh`, such as `default`");
        }
        return Vec::new();
    };
    let entry = |(name, path): (String, Option<String>)| match path {
        Some(path) if !path.is_empty() => format!("{name}={path}"),
        _ => name,
    };
    pairs(&value).into_iter().map(entry).collect()
}
