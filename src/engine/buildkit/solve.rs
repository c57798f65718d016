//! What is asked for, in the words of the builder's reader of Dockerfiles.

use super::cache::Cache;
use super::messages::{CacheEntry, CacheOptions, SolveRequest};
use crate::engine::build::BuildRequest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The names of the two directories that every build has.
pub const CONTEXT: &str = "context";
pub const DOCKERFILE: &str = "dockerfile";

/// By this argument the image is to hold what later builds can take from it.
const INLINE_CACHE: &str = "BUILDKIT_INLINE_CACHE";

pub fn message(
    request: &BuildRequest,
    extra_hosts: &[String],
    reference: &str,
    session: &str,
) -> SolveRequest {
    let mut exporter_attributes = BTreeMap::new();
    if !request.tags.is_empty() {
        exporter_attributes.insert("name".to_owned(), request.tags.join(","));
    }
    SolveRequest {
        reference: reference.to_owned(),
        exporter: "moby".to_owned(),
        exporter_attributes,
        session: session.to_owned(),
        frontend: "dockerfile.v0".to_owned(),
        frontend_attributes: attributes(request, extra_hosts),
        cache: Some(CacheOptions { exports: exports(request) }),
        entitlements: entitlements(request),
    }
}

fn attributes(request: &BuildRequest, extra_hosts: &[String]) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    let mut put = |key: &str, value: String| {
        if !value.is_empty() {
            attributes.insert(key.to_owned(), value);
        }
    };
    put("filename", request.dockerfile.clone());
    put("target", request.target.clone());
    put("platform", request.platform.clone());
    if let Some(address) = &request.remote {
        put("context", address.clone());
        if request.dockerfile_apart {
            put("dockerfilekey", DOCKERFILE.to_owned());
        }
    }
    for (name, place) in &request.contexts {
        put(&format!("context:{name}"), place.clone());
    }
    if matches!(request.network_mode.as_str(), "host" | "none") {
        put("force-network-mode", request.network_mode.clone());
    }
    let host = |host: &String| host.replacen(':', "=", 1);
    put("add-hosts", extra_hosts.iter().map(host).collect::<Vec<_>>().join(","));
    put("shm-size", request.shm_size.map(|size| size.to_string()).unwrap_or_default());
    let limits = request.ulimits.iter().map(|limit| format!("{}={}:{}", limit.name, limit.soft, limit.hard));
    put("ulimit", limits.collect::<Vec<_>>().join(","));
    if request.pull {
        put("image-resolve-mode", "pull".to_owned());
    }
    let caches: Vec<Cache> = request.cache_from.iter().map(|text| Cache::parse(text)).collect();
    let plain: Vec<&str> = caches.iter().filter_map(Cache::plain).collect();
    put("cache-from", plain.join(","));
    let others: Vec<Value> = caches
        .iter()
        .filter(|cache| cache.plain().is_none())
        .map(|cache| json!({ "Type": cache.kind, "Attrs": cache.attributes }))
        .collect();
    if !others.is_empty() {
        put("cache-imports", json!(others).to_string());
    }
    // These say something even when they are empty.
    if request.no_cache || !request.no_cache_filter.is_empty() {
        let stages = if request.no_cache { String::new() } else { request.no_cache_filter.join(",") };
        attributes.insert("no-cache".to_owned(), stages);
    }
    for (name, value) in &request.args {
        if let Some(value) = value {
            attributes.insert(format!("build-arg:{name}"), value.clone());
        }
    }
    for (name, value) in &request.labels {
        attributes.insert(format!("label:{name}"), value.clone());
    }
    attributes
}

fn exports(request: &BuildRequest) -> Vec<CacheEntry> {
    let mut exports: Vec<CacheEntry> = request
        .cache_to
        .iter()
        .map(|text| Cache::parse(text))
        .map(|cache| CacheEntry { kind: cache.kind, attributes: cache.attributes })
        .collect();
    let inline = request.args.get(INLINE_CACHE).and_then(Option::as_deref);
    if exports.is_empty() && matches!(inline, Some("1" | "true" | "True" | "TRUE" | "t" | "T")) {
        exports.push(CacheEntry { kind: "inline".to_owned(), attributes: BTreeMap::new() });
    }
    exports
}

fn entitlements(request: &BuildRequest) -> Vec<String> {
    let mut entitlements = request.entitlements.clone();
    if request.network_mode == "host" && !entitlements.iter().any(|one| one == "network.host") {
        entitlements.push("network.host".to_owned());
    }
    entitlements
}
