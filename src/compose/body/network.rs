//! Networks, endpoints and ports.

use super::Surroundings;
use super::labels::COMPOSE_VERSION;
use crate::compose::file::{Membership, Network, Project, Service, Volume};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) struct Endpoints {
    /// `HostConfig.NetworkMode`
    pub mode: String,
    /// `container:alias`
    pub links: Vec<String>,
    /// What goes into the creation.
    pub before: Map<String, Value>,
    /// What is joined after it.
    pub after: Vec<(String, Value)>,
}

pub(super) fn endpoints(
    project: &Project,
    service: &Service,
    container: &str,
    around: &Surroundings<'_>,
) -> Endpoints {
    let links = links(project, service, around);
    if !service.network_mode.is_empty() {
        let mode = service.network_mode.clone();
        return Endpoints { mode, links, before: Map::new(), after: Vec::new() };
    }
    let plain = Membership::default();
    let mut joined: Vec<(&str, &Membership)> = service
        .networks
        .iter()
        .map(|(key, membership)| (key.as_str(), membership.as_ref().unwrap_or(&plain)))
        .collect();
    joined.sort_by_key(|(key, membership)| (std::cmp::Reverse(membership.priority), *key));
    let mut endpoints = joined.iter().filter_map(|(key, membership)| {
        let network = project.networks.get(*key)?;
        Some((network.name.clone(), endpoint(service, container, membership, &links, around.api_version)))
    });
    let Some(first) = endpoints.next() else {
        return Endpoints { mode: "none".to_owned(), links, before: Map::new(), after: Vec::new() };
    };
    let mode = first.0.clone();
    // Before 1.44 the Engine refuses more than one network in a creation.
    if around.api_version < (1, 44) {
        let (before, after) = (Map::from_iter([first]), endpoints.collect());
        return Endpoints { mode, links, before, after };
    }
    let before = std::iter::once(first).chain(endpoints).collect();
    Endpoints { mode, links, before, after: Vec::new() }
}

/// Every container of a linked service under the link's alias, its number and its usual name, then the external ones.
fn links(project: &Project, service: &Service, around: &Surroundings<'_>) -> Vec<String> {
    let mut links = Vec::new();
    for link in &service.links {
        let (linked, alias) = link.split_once(':').unwrap_or((link, link));
        for (container, number) in (around.replicas)(linked) {
            links.push(format!("{container}:{alias}"));
            links.push(format!("{container}:{linked}-{number}"));
            links.push(format!("{container}:{}-{linked}-{number}", project.name));
        }
    }
    links.extend(service.external_links.iter().map(|link| match link.split_once(':') {
        Some(_) => link.clone(),
        None => format!("{link}:{link}"),
    }));
    links
}

fn endpoint(
    service: &Service,
    container: &str,
    membership: &Membership,
    links: &[String],
    api_version: (usize, usize),
) -> Value {
    let mut aliases = vec![container.to_owned(), service.name.clone()];
    for alias in &membership.aliases {
        if !aliases.contains(alias) {
            aliases.push(alias.clone());
        }
    }
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| {
        body.insert(key.to_owned(), value);
    };
    put("Aliases", json!(aliases));
    if !links.is_empty() {
        put("Links", json!(links));
    }
    let mut addresses = Map::new();
    // docker compose names both twice; the Engine heeds the one under `IPAMConfig`.
    for (key, shadow, address) in [
        ("IPv4Address", "IPAddress", &membership.ipv4_address),
        ("IPv6Address", "IPv6Gateway", &membership.ipv6_address),
    ] {
        if !address.is_empty() {
            addresses.insert(key.to_owned(), json!(address));
            put(shadow, json!(address));
        }
    }
    if !membership.link_local_ips.is_empty() {
        addresses.insert("LinkLocalIPs".to_owned(), json!(membership.link_local_ips));
    }
    if !addresses.is_empty() {
        put("IPAMConfig", Value::Object(addresses));
    }
    if !membership.driver_opts.is_empty() {
        put("DriverOpts", json!(membership.driver_opts));
    }
    let mac_address = match (membership.mac_address.is_empty(), api_version >= (1, 44)) {
        (false, _) => &membership.mac_address,
        (true, true) => &service.mac_address,
        (true, false) => "",
    };
    if !mac_address.is_empty() {
        put("MacAddress", json!(mac_address));
    }
    if membership.gw_priority != 0 {
        put("GwPriority", json!(membership.gw_priority));
    }
    Value::Object(body)
}

/// `ExposedPorts` and `PortBindings`.
pub(super) fn ports(service: &Service) -> (Value, Value) {
    let mut exposed = Map::new();
    let mut bindings: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for port in &service.expose {
        for port in expanded(port) {
            exposed.insert(port, json!({}));
        }
    }
    for port in &service.ports {
        let key = format!("{}/{}", port.target, port.protocol);
        exposed.insert(key.clone(), json!({}));
        let binding = json!({ "HostIp": port.host_ip, "HostPort": port.published });
        bindings.entry(key).or_default().push(binding);
    }
    (Value::Object(exposed), json!(bindings))
}

/// `8000-8002/udp` as the single ports that the Engine takes.
fn expanded(port: &str) -> Vec<String> {
    let (range, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).map(|port| format!("{port}/{protocol}")).collect(),
        _ => Vec::new(),
    }
}

/// The body of `networks/create`. It carries no config hash: a wrong one makes docker compose rebuild the network.
pub fn network_body(project: &str, key: &str, network: &Network) -> Value {
    let mut labels = network.labels.clone();
    labels.insert("com.docker.compose.project".to_owned(), project.to_owned());
    labels.insert("com.docker.compose.network".to_owned(), key.to_owned());
    labels.insert("com.docker.compose.version".to_owned(), COMPOSE_VERSION.to_owned());
    let mut body = json!({
        "Driver": network.driver,
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Options": network.driver_opts,
        "Labels": labels,
    });
    if let Some(enabled) = network.enable_ipv6 {
        body["EnableIPv6"] = json!(enabled);
    }
    if let Some(enabled) = network.enable_ipv4 {
        body["EnableIPv4"] = json!(enabled);
    }
    let ipam = &network.ipam;
    if !ipam.config.is_empty() || !ipam.driver.is_empty() {
        let pools: Vec<Value> = ipam
            .config
            .iter()
            .map(|pool| {
                let mut body = Map::new();
                for (key, value) in
                    [("Subnet", &pool.subnet), ("Gateway", &pool.gateway), ("IPRange", &pool.ip_range)]
                {
                    if !value.is_empty() {
                        body.insert(key.to_owned(), json!(value));
                    }
                }
                if !pool.aux_addresses.is_empty() {
                    body.insert("AuxiliaryAddresses".to_owned(), json!(pool.aux_addresses));
                }
                Value::Object(body)
            })
            .collect();
        body["IPAM"] = json!({ "Driver": ipam.driver, "Config": pools });
    }
    body
}

/// The body of `volumes/create`. It carries no config hash: a wrong one makes docker compose offer to destroy the data.
pub fn volume_body(project: &str, key: &str, volume: &Volume) -> Value {
    let mut labels = volume.labels.clone();
    labels.insert("com.docker.compose.project".to_owned(), project.to_owned());
    labels.insert("com.docker.compose.volume".to_owned(), key.to_owned());
    labels.insert("com.docker.compose.version".to_owned(), COMPOSE_VERSION.to_owned());
    let mut body = json!({ "Name": volume.name, "DriverOpts": volume.driver_opts, "Labels": labels });
    if !volume.driver.is_empty() {
        body["Driver"] = json!(volume.driver);
    }
    body
}
