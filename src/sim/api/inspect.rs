//! `GET /containers/{id}/json`.

use super::reply::json;
use super::{Answer, Call};
use crate::sim::clock::rfc3339_or_never;
use crate::sim::world::Refusal;
use crate::sim::world::World;
use crate::sim::world::container::{Container, State};
use crate::sim::world::mount::Mount;
use crate::sim::world::network::Endpoint;
use serde_json::{Map, Value, json};

pub fn endpoint(endpoint: &Endpoint, with_aliases: bool) -> Value {
    let joined = endpoint.joined.as_ref();
    let address = |address: Option<std::net::Ipv4Addr>| address.map_or_else(String::new, |ip| ip.to_string());
    let aliases =
        if with_aliases && !endpoint.aliases.is_empty() { json!(endpoint.aliases) } else { Value::Null };
    json!({
        "IPAMConfig": endpoint.given.get("IPAMConfig").cloned().unwrap_or_default(),
        "Links": endpoint.given.get("Links").cloned().unwrap_or_default(),
        "Aliases": aliases,
        "NetworkID": endpoint.network_id,
        "EndpointID": joined.map_or("", |joined| joined.endpoint_id.as_str()),
        "Gateway": address(joined.and_then(|joined| joined.gateway)),
        "IPAddress": address(joined.and_then(|joined| joined.address)),
        "IPPrefixLen": joined.map_or(0, |joined| joined.prefix),
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": joined.map_or_else(String::new, crate::sim::world::network::Joined::mac),
        "DriverOpts": endpoint.given.get("DriverOpts").cloned().unwrap_or_default(),
    })
}

fn state(container: &Container, world: &World) -> Value {
    let mut state = json!({
        "Status": container.state.word(),
        "Running": container.is_alive(),
        "Paused": container.state == State::Paused,
        "Restarting": container.state == State::Restarting,
        "OOMKilled": container.out_of_memory,
        "Dead": false,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339_or_never(container.started),
        "FinishedAt": rfc3339_or_never(container.finished),
    });
    if let (Value::Object(fields), Some(health)) = (&mut state, &container.health) {
        fields.insert("Health".to_owned(), health.json(world.now));
    }
    state
}

fn ports(container: &Container) -> Value {
    let mut ports: Map<String, Value> = Map::new();
    if container.is_running() {
        for (number, protocol) in &container.exposed {
            ports.insert(format!("{number}/{protocol}"), Value::Null);
        }
        for published in &container.published {
            let Some(given) = published.given else { continue };
            let key = format!("{}/{}", published.container_port, published.protocol);
            let entry = ports.entry(key).or_insert_with(|| json!([]));
            let addresses: &[&str] =
                if published.host_ip.is_empty() { &["0.0.0.0", "::"] } else { &[published.host_ip.as_str()] };
            if let Value::Array(bindings) = entry {
                bindings.extend(
                    addresses
                        .iter()
                        .map(|address| json!({ "HostIp": address, "HostPort": given.to_string() })),
                );
            }
        }
    }
    Value::Object(ports)
}

fn container(container: &Container, world: &World) -> Value {
    let directory = format!("/var/lib/docker/containers/{}", container.id);
    let bridge = container.endpoints.get("bridge").map(|found| endpoint(found, true)).unwrap_or_default();
    let of_bridge = |key: &str, otherwise: Value| bridge.get(key).cloned().unwrap_or(otherwise);
    let networks: Map<String, Value> =
        container.endpoints.iter().map(|(name, found)| (name.clone(), endpoint(found, true))).collect();
    let execs: Vec<&String> = world
        .execs
        .values()
        .filter(|exec| exec.container == container.id && exec.running)
        .map(|exec| &exec.id)
        .collect();
    json!({
        "Id": container.id,
        "Created": container.created.rfc3339(),
        "Path": container.path,
        "Args": container.arguments,
        "State": state(container, world),
        "Image": container.image_id,
        "ResolvConfPath": format!("{directory}/resolv.conf"),
        "HostnamePath": format!("{directory}/hostname"),
        "HostsPath": format!("{directory}/hosts"),
        "LogPath": format!("{directory}/{}-json.log", container.id),
        "Name": format!("/{}", container.name),
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "docker-default",
        "ExecIDs": if execs.is_empty() { Value::Null } else { json!(execs) },
        "HostConfig": container.host_config,
        "GraphDriver": { "Data": null, "Name": "overlay2" },
        "Mounts": container.mounts.iter().map(Mount::json).collect::<Vec<_>>(),
        "Config": container.config,
        "NetworkSettings": {
            "Bridge": "",
            "SandboxID": "",
            "HairpinMode": false,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "Ports": ports(container),
            "SandboxKey": "",
            "SecondaryIPAddresses": null,
            "SecondaryIPv6Addresses": null,
            "EndpointID": of_bridge("EndpointID", json!("")),
            "Gateway": of_bridge("Gateway", json!("")),
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "IPAddress": of_bridge("IPAddress", json!("")),
            "IPPrefixLen": of_bridge("IPPrefixLen", json!(0)),
            "IPv6Gateway": "",
            "MacAddress": of_bridge("MacAddress", json!("")),
            "Networks": networks,
        },
    })
}

pub fn inspect(call: &Call, reference: &str) -> Answer {
    call.shared.with(|world| {
        let id = world.find(reference)?;
        let found = world
            .containers
            .get(&id)
            .ok_or_else(|| Refusal::missing(format!("No such container: {reference}")))?;
        Ok(json(200, &container(found, world)))
    })
}
