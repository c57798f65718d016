//! The top level: services, networks, volumes, secrets, configs.

use super::extension::extensions;
use super::objects::{config, external, model, secret};
use super::scalars::{filled, flag, labels, string};
use super::service::service;
use super::{Context, mcp};
use crate::compose::file::project::{FileObject, Ipam, IpamPool, Model, Network, StackExtension, Volume};
use crate::compose::file::service::Service;
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

/// What the files say, before names, defaults and references are settled.
#[derive(Debug, Default)]
pub(in crate::compose::file) struct Raw {
    pub services: BTreeMap<String, Service>,
    pub networks: BTreeMap<String, Network>,
    pub volumes: BTreeMap<String, Volume>,
    pub secrets: BTreeMap<String, FileObject>,
    pub configs: BTreeMap<String, FileObject>,
    pub models: BTreeMap<String, Model>,
    pub mcp: StackExtension,
    pub extensions: BTreeMap<String, serde_json::Value>,
}

pub(in crate::compose::file) fn project(reader: &Reader<'_>, context: &Context<'_>) -> Raw {
    reader.only(&["version", "name", "services", "networks", "volumes", "secrets", "configs", "models"]);
    filled(reader, &[]);
    if let Some(version) = reader.get("version") {
        string(&version);
    }
    let mut raw = Raw { extensions: extensions(reader.node()), ..Raw::default() };
    if let Some(name) = reader.get("name") {
        string(&name);
    }
    if let Some(value) = reader.get("x-mcp") {
        raw.mcp = mcp::stack(&value, context);
    }
    for (name, value) in section(reader, "services") {
        if value.node().value == Value::Null {
            value.complain("expected a mapping with an image or a build");
        } else {
            raw.services.insert(name.to_owned(), service(&value, name, context));
        }
    }
    for (name, value) in section(reader, "networks") {
        raw.networks.insert(name.to_owned(), network(&value));
    }
    for (name, value) in section(reader, "volumes") {
        raw.volumes.insert(name.to_owned(), volume(&value, context));
    }
    for (name, value) in section(reader, "secrets") {
        raw.secrets.insert(name.to_owned(), secret(&value, context));
    }
    for (name, value) in section(reader, "configs") {
        raw.configs.insert(name.to_owned(), config(&value, context));
    }
    for (name, value) in section(reader, "models") {
        raw.models.insert(name.to_owned(), model(&value));
    }
    raw
}

/// The named things under a top-level key.
fn section<'node>(reader: &Reader<'node>, key: &str) -> Vec<(&'node str, Reader<'node>)> {
    let Some(section) = reader.get(key) else { return Vec::new() };
    let entries = section.mapping().into_iter();
    entries
        .filter(|(name, value)| {
            let fine = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
            if !fine && !name.starts_with("x-") {
                value.complain("expected a name of letters, digits, dots, dashes and underscores");
            }
            fine && !(name.starts_with("x-") && key != "services")
        })
        .collect()
}

/// Complains about keys that make no sense beside `external: true`.
fn only_external(reader: &Reader<'_>, keys: &[&str]) {
    for key in keys {
        if let Some(value) = reader.get(key) {
            value.complain(format!("`{key}` contradicts `external: true`"));
        }
    }
}

fn network(reader: &Reader<'_>) -> Network {
    if reader.node().value == Value::Null {
        return Network::default();
    }
    reader.only(&[
        "name",
        "external",
        "driver",
        "driver_opts",
        "ipam",
        "internal",
        "attachable",
        "labels",
        "enable_ipv4",
        "enable_ipv6",
    ]);
    filled(reader, &[]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value));
    let mut name = text("name");
    let external = external(reader, &mut name);
    Network {
        name,
        driver: text("driver"),
        driver_opts: reader.get("driver_opts").map(|value| labels(&value)).unwrap_or_default(),
        ipam: reader.get("ipam").map(|value| ipam(&value)).unwrap_or_default(),
        external,
        internal: switch("internal").unwrap_or(false),
        attachable: switch("attachable").unwrap_or(false),
        labels: reader.get("labels").map(|value| labels(&value)).unwrap_or_default(),
        enable_ipv4: switch("enable_ipv4"),
        enable_ipv6: switch("enable_ipv6"),
    }
}

fn ipam(reader: &Reader<'_>) -> Ipam {
    reader.only(&["driver", "config", "options"]);
    let pools = reader.get("config").map(|value| value.list()).unwrap_or_default();
    Ipam {
        driver: reader.get("driver").and_then(|value| string(&value)).unwrap_or_default(),
        config: pools
            .iter()
            .map(|pool| {
                pool.only(&["subnet", "gateway", "ip_range", "aux_addresses"]);
                let text = |key: &str| pool.get(key).and_then(|value| string(&value)).unwrap_or_default();
                IpamPool {
                    subnet: text("subnet"),
                    gateway: text("gateway"),
                    ip_range: text("ip_range"),
                    aux_addresses: pool.get("aux_addresses").map(|value| labels(&value)).unwrap_or_default(),
                }
            })
            .collect(),
        options: reader.get("options").map(|value| labels(&value)).unwrap_or_default(),
    }
}

fn volume(reader: &Reader<'_>, context: &Context<'_>) -> Volume {
    if reader.node().value == Value::Null {
        return Volume::default();
    }
    let keys = ["driver", "driver_opts", "labels"];
    reader.only(&[&keys[..], &["name", "external"]].concat());
    filled(reader, &[]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let mut name = text("name");
    let external = external(reader, &mut name);
    if external {
        only_external(reader, &keys);
    }
    let driver = text("driver");
    let mut driver_opts = reader.get("driver_opts").map(|value| labels(&value)).unwrap_or_default();
    // A directory that the local driver binds is a path like any other.
    if driver == "local"
        && driver_opts.get("o").is_some_and(|options| options == "bind")
        && let Some(device) = driver_opts.get_mut("device")
        && !device.is_empty()
    {
        *device = context.absolute(reader, device);
    }
    Volume {
        name,
        driver,
        driver_opts,
        external,
        labels: reader.get("labels").map(|value| labels(&value)).unwrap_or_default(),
    }
}
