//! The daemon's containers as ours.

mod details;
mod labels;

pub(super) use labels::compose_key;

use super::status;
use crate::domain::container::{Attachment, MountPoint, PublishedPort};
use crate::domain::figures::NetworkOwner;
use crate::domain::{Container, ContainerId, ContainerState, Health, Safe};
use bollard::models::{
    ContainerInspectResponse, ContainerState as DaemonState, ContainerSummary, EndpointSettings,
    HealthStatusEnum, MountPoint as DaemonMount, PortMap, PortSummary,
};
use jiff::Timestamp;
use std::collections::HashMap;

/// From `GET /containers/json`.
pub(super) fn listed(summary: ContainerSummary) -> Option<Container> {
    let status = summary.status.unwrap_or_default();
    let health = match summary.health.and_then(|health| health.status) {
        Some(said) => health_of(said.as_ref()),
        None => health_in(&status),
    };
    let networks = summary.network_settings.and_then(|settings| settings.networks);
    Some(Container {
        id: ContainerId(summary.id?),
        name: Safe::new(own_name(summary.names.as_deref().unwrap_or_default())),
        image: Safe::new(summary.image.unwrap_or_default()),
        image_id: summary.image_id.unwrap_or_default(),
        compose: summary.labels.as_ref().and_then(labels::compose),
        state: summary.state.map_or(ContainerState::Unknown, |state| state_of(state.as_ref())),
        health,
        status: Safe::new(status),
        created: summary.created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        ports: sorted_ports(summary.ports.unwrap_or_default().into_iter().map(port).collect()),
        networks: attachments(networks.unwrap_or_default()),
        network_owner: owner(summary.host_config.and_then(|host| host.network_mode)),
        mounts: mounts(summary.mounts.unwrap_or_default()),
        details: None,
    })
}

/// From `GET /containers/{id}/json`.
pub(super) fn inspected(answer: ContainerInspectResponse, now: Timestamp) -> Option<Container> {
    let state = answer.state.unwrap_or_default();
    let config = answer.config.unwrap_or_default();
    let host = answer.host_config.unwrap_or_default();
    let settings = answer.network_settings.unwrap_or_default();
    let details = details::details(
        &state,
        &config,
        &host,
        answer.restart_count.and_then(|count| u64::try_from(count).ok()),
        details::Paths {
            command: answer.path.into_iter().chain(answer.args.into_iter().flatten()).collect(),
            log: answer.log_path.unwrap_or_default(),
        },
    );
    let health = state.health.as_ref().and_then(|health| health.status).and_then(verdict);
    Some(Container {
        id: ContainerId(answer.id?),
        name: Safe::new(answer.name.unwrap_or_default().trim_start_matches('/')),
        image: Safe::new(config.image.as_deref().unwrap_or_default()),
        image_id: answer.image.unwrap_or_default(),
        compose: config.labels.as_ref().and_then(labels::compose),
        state: inspected_state(&state),
        health,
        status: Safe::new(status::words(inspected_state(&state), health, &details, now)),
        created: answer.created.as_deref().and_then(time),
        ports: sorted_ports(settings.ports.map(bindings).unwrap_or_default()),
        networks: attachments(settings.networks.unwrap_or_default()),
        network_owner: owner(host.network_mode),
        mounts: mounts(answer.mounts.unwrap_or_default()),
        details: Some(details),
    })
}

fn inspected_state(state: &DaemonState) -> ContainerState {
    state.status.map_or(ContainerState::Unknown, |status| state_of(status.as_ref()))
}

/// Linked containers appear under names of the linking one as well: `/web/db`.
fn own_name(names: &[String]) -> &str {
    let names = || names.iter().map(|name| name.trim_start_matches('/'));
    names().find(|name| !name.contains('/')).or_else(|| names().next()).unwrap_or_default()
}

fn state_of(word: &str) -> ContainerState {
    match word {
        "created" => ContainerState::Created,
        "running" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "exited" => ContainerState::Exited,
        "dead" => ContainerState::Dead,
        _ => ContainerState::Unknown,
    }
}

fn health_of(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

/// Before API 1.52 a list tells health only in its words: `Up 3 days (healthy)`.
fn health_in(status: &str) -> Option<Health> {
    let (_, words) = status.strip_suffix(')')?.rsplit_once('(')?;
    health_of(words.trim_start_matches("health: "))
}

fn verdict(status: HealthStatusEnum) -> Option<Health> {
    health_of(status.as_ref())
}

/// The zero time of Go means never.
fn time(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().filter(|time| time.as_second() > 0)
}

fn port(port: PortSummary) -> PublishedPort {
    PublishedPort {
        host_address: port.ip.and_then(|address| address.parse().ok()),
        host_port: port.public_port,
        container_port: port.private_port,
        protocol: port.typ.map_or_else(|| "tcp".to_owned(), |protocol| protocol.to_string()),
    }
}

/// `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null}`
fn bindings(map: PortMap) -> Vec<PublishedPort> {
    let mut ports = Vec::new();
    for (key, bindings) in map {
        let (number, protocol) = key.split_once('/').unwrap_or((&key, "tcp"));
        let Ok(container_port) = number.parse() else { continue };
        let open = PublishedPort {
            host_address: None,
            host_port: None,
            container_port,
            protocol: protocol.to_owned(),
        };
        match bindings.filter(|bindings| !bindings.is_empty()) {
            None => ports.push(open),
            Some(bindings) => ports.extend(bindings.into_iter().map(|binding| PublishedPort {
                host_address: binding.host_ip.and_then(|address| address.parse().ok()),
                host_port: binding.host_port.and_then(|port| port.parse().ok()),
                ..open.clone()
            })),
        }
    }
    ports
}

fn sorted_ports(mut ports: Vec<PublishedPort>) -> Vec<PublishedPort> {
    ports.sort_by(|one, other| {
        (one.container_port, &one.protocol, one.host_port, one.host_address).cmp(&(
            other.container_port,
            &other.protocol,
            other.host_port,
            other.host_address,
        ))
    });
    ports
}

fn owner(mode: Option<String>) -> NetworkOwner {
    mode.map_or_else(NetworkOwner::default, |mode| NetworkOwner::of_mode(&mode))
}

fn attachments(networks: HashMap<String, EndpointSettings>) -> Vec<Attachment> {
    let mut list: Vec<_> = networks
        .into_iter()
        .map(|(network, settings)| {
            let addresses = [
                (settings.ip_address, settings.ip_prefix_len),
                (settings.global_ipv6_address, settings.global_ipv6_prefix_len),
            ];
            let mut known =
                addresses.into_iter().filter_map(|(address, bits)| Some((address?.parse().ok()?, bits)));
            let (address, bits) = known.next().unzip();
            // The daemon writes zero for what it does not know.
            let prefix = bits.flatten().and_then(|bits| u8::try_from(bits).ok()).filter(|bits| *bits > 0);
            Attachment { network, address, prefix }
        })
        .collect();
    list.sort_by(|one, other| one.network.cmp(&other.network));
    list
}

fn mounts(list: Vec<DaemonMount>) -> Vec<MountPoint> {
    let mut mounts: Vec<_> = list
        .into_iter()
        .map(|mount| MountPoint {
            kind: mount.typ.unwrap_or_else(|| "bind".to_owned()),
            source: mount.name.filter(|name| !name.is_empty()).or(mount.source).unwrap_or_default(),
            target: mount.destination.unwrap_or_default(),
            read_write: mount.rw.unwrap_or(true),
        })
        .collect();
    mounts.sort_by(|one, other| one.target.cmp(&other.target));
    mounts
}

#[cfg(test)]
mod tests;
