//! `GET /containers/json`: made without detours, because worlds with a thousand containers are asked often.

use super::reply::json;
use super::{Answer, Call};
use crate::sim::clock::Moment;
use crate::sim::world::World;
use crate::sim::world::container::{Container, State};
use crate::sim::world::health::HealthState;
use crate::sim::world::network::Endpoint;
use indexmap::IndexMap;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use std::collections::BTreeMap;

const FILTERS: [&str; 15] = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Summary<'a> {
    id: &'a str,
    names: [String; 1],
    image: &'a str,
    #[serde(rename = "ImageID")]
    image_id: &'a str,
    command: String,
    created: i64,
    ports: Vec<Port<'a>>,
    labels: &'a BTreeMap<String, String>,
    state: &'static str,
    status: String,
    host_config: HostConfig<'a>,
    network_settings: NetworkSettings<'a>,
    mounts: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HostConfig<'a> {
    network_mode: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkSettings<'a> {
    networks: Endpoints<'a>,
}

struct Endpoints<'a>(&'a IndexMap<String, Endpoint>);

impl Serialize for Endpoints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, endpoint) in self.0 {
            map.serialize_entry(name, &super::inspect::endpoint(endpoint, false))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Port<'a> {
    #[serde(rename = "IP", skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(rename = "PrivatePort")]
    private: u16,
    #[serde(rename = "PublicPort", skip_serializing_if = "Option::is_none")]
    public: Option<u16>,
    #[serde(rename = "Type")]
    protocol: &'a str,
}

fn ports(container: &Container) -> Vec<Port<'_>> {
    let mut ports = Vec::new();
    if !container.is_running() {
        return ports;
    }
    for (number, protocol) in &container.exposed {
        ports.push(Port { ip: None, private: *number, public: None, protocol });
    }
    for published in &container.published {
        let addresses: &[&str] =
            if published.host_ip.is_empty() { &["0.0.0.0", "::"] } else { &[published.host_ip.as_str()] };
        for address in addresses {
            ports.push(Port {
                ip: Some(address),
                private: published.container_port,
                public: published.given,
                protocol: &published.protocol,
            });
        }
    }
    ports
}

pub fn summary<'a>(container: &'a Container, world: &World) -> Summary<'a> {
    Summary {
        id: &container.id,
        names: [format!("/{}", container.name)],
        image: &container.image,
        image_id: &container.image_id,
        command: container.command_line(),
        created: container.created.seconds(),
        ports: ports(container),
        labels: &container.labels,
        state: container.state.word(),
        status: container.status(world.now),
        host_config: HostConfig {
            network_mode: container
                .host_config
                .get("NetworkMode")
                .and_then(Value::as_str)
                .unwrap_or("default"),
        },
        network_settings: NetworkSettings { networks: Endpoints(&container.endpoints) },
        mounts: container.mounts.iter().map(crate::sim::world::mount::Mount::json).collect(),
    }
}

/// Docker matches names as regular expressions, with and without the leading slash.
fn name_matches(container: &Container, wanted: &str) -> bool {
    match regex::Regex::new(wanted) {
        Ok(pattern) => pattern.is_match(&container.name) || pattern.is_match(&format!("/{}", container.name)),
        Err(_) => container.name.contains(wanted),
    }
}

fn health_word(container: &Container) -> &'static str {
    container.health.as_ref().map_or("none", |health: &HealthState| health.verdict.word())
}

pub fn list(call: &Call) -> Answer {
    let query = &call.query;
    query.allow_filters(&FILTERS)?;
    let asks_for_state = !query.filter("status").is_empty() || !query.filter("exited").is_empty();
    let all = query.flag("all") || asks_for_state || query.get("limit").is_some_and(|limit| limit != "0");
    let limit = query.number::<usize>("limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    call.shared.with(|world| {
        let born = |key: &str| -> Option<Moment> {
            let reference = query.filter(key).first()?;
            let id = world.find(reference).ok()?;
            world.containers.get(&id).map(|container| container.created)
        };
        let (before, since) = (born("before"), born("since"));
        let passes = |container: &&Container| {
            (all || container.is_alive())
                && query.labels_match(|key| container.label(key))
                && query.any("name", |wanted| name_matches(container, wanted))
                && query.any("id", |wanted| container.id.starts_with(wanted))
                && query.any("status", |wanted| container.state.word() == wanted)
                && query.any("health", |wanted| health_word(container) == wanted)
                && query.any("exited", |wanted| {
                    container.state == State::Exited && wanted.parse() == Ok(container.exit_code)
                })
                && query.any("network", |wanted| {
                    container
                        .endpoints
                        .iter()
                        .any(|(name, endpoint)| name == wanted || endpoint.network_id == wanted)
                })
                && query.any("volume", |wanted| {
                    container
                        .mounts
                        .iter()
                        .any(|mount| mount.volume() == Some(wanted) || mount.target == wanted)
                })
                && query.any("ancestor", |wanted| {
                    world.image(wanted).is_some_and(|image| image.id == container.image_id)
                })
                && before.is_none_or(|moment| container.created < moment)
                && since.is_none_or(|moment| container.created > moment)
        };
        let mut found: Vec<&Container> = world.containers.values().filter(passes).collect();
        // The newest first; of those made in one moment the later one.
        found.reverse();
        found.sort_by_key(|container| std::cmp::Reverse(container.created));
        let summaries: Vec<Summary<'_>> =
            found.into_iter().take(limit).map(|container| summary(container, world)).collect();
        Ok(json(200, &summaries))
    })
}
