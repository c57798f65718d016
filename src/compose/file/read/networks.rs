//! `networks`, `depends_on` and `extra_hosts` of a service.

use super::scalars::{flag, integer, labels, scalar, scalars};
use crate::compose::file::service::{Condition, Dependency, Membership};
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

pub fn memberships(reader: &Reader<'_>) -> BTreeMap<String, Option<Membership>> {
    if let Value::Sequence(_) = reader.node().value {
        return scalars(reader).into_iter().map(|name| (name, None)).collect();
    }
    let entries = reader.mapping().into_iter();
    entries.map(|(name, value)| (name.to_owned(), membership(&value))).collect()
}

fn membership(reader: &Reader<'_>) -> Option<Membership> {
    if reader.node().value == Value::Null {
        return None;
    }
    reader.only(&[
        "aliases",
        "driver_opts",
        "gw_priority",
        "interface_name",
        "ipv4_address",
        "ipv6_address",
        "link_local_ips",
        "mac_address",
        "priority",
    ]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let list = |key: &str| reader.get(key).map(|value| scalars(&value)).unwrap_or_default();
    let number = |key: &str| reader.get(key).and_then(|value| integer(&value)).unwrap_or_default();
    Some(Membership {
        aliases: list("aliases"),
        driver_opts: reader.get("driver_opts").map(|value| labels(&value)).unwrap_or_default(),
        gw_priority: number("gw_priority"),
        interface_name: text("interface_name"),
        ipv4_address: text("ipv4_address"),
        ipv6_address: text("ipv6_address"),
        link_local_ips: list("link_local_ips"),
        mac_address: text("mac_address"),
        priority: number("priority"),
    })
}

pub fn depends_on(reader: &Reader<'_>) -> BTreeMap<String, Dependency> {
    let plain = Dependency { condition: Condition::Started, restart: false, required: true };
    if let Value::Sequence(_) = reader.node().value {
        return scalars(reader).into_iter().map(|name| (name, plain)).collect();
    }
    let mut dependencies = BTreeMap::new();
    for (name, value) in reader.mapping() {
        value.only(&["condition", "restart", "required"]);
        let Some(condition) = value.get("condition") else {
            value.complain(
                "expected `condition`: service_started, service_healthy or service_completed_successfully",
            );
            continue;
        };
        dependencies.insert(
            name.to_owned(),
            Dependency {
                condition: condition.one_of(&Condition::WORDS).unwrap_or(Condition::Started),
                restart: value.get("restart").and_then(|value| flag(&value)).unwrap_or(false),
                required: value.get("required").and_then(|value| flag(&value)).unwrap_or(true),
            },
        );
    }
    dependencies
}

/// `host=address`, sorted; a list takes `:` as well.
pub fn extra_hosts(reader: &Reader<'_>) -> Vec<String> {
    let mut hosts = Vec::new();
    let mut add = |host: &str, address: &str| {
        let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
        hosts.push(format!("{host}={address}"));
    };
    if let Value::Sequence(_) = reader.node().value {
        for item in reader.list() {
            let Some(text) = scalar(&item) else { continue };
            match text.split_once('=').or_else(|| text.split_once(':')) {
                Some((host, address)) if !host.is_empty() && !address.is_empty() => {
                    add(host.trim(), address.trim());
                }
                _ => item.expected("HOST:ADDRESS"),
            }
        }
    } else {
        for (host, value) in reader.mapping() {
            for address in super::scalars::one_or_more(&value) {
                add(host, &address);
            }
        }
    }
    hosts.sort();
    hosts.dedup();
    hosts
}
