//! Networks and the containers' places in them.

use super::container::State;
use super::{CEILING, Refusal, World};
use crate::sim::clock::Moment;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::net::Ipv4Addr;

#[derive(Debug, Clone)]
pub struct Network {
    pub id: String,
    pub name: String,
    pub created: Moment,
    pub driver: String,
    /// The first address and the length of the prefix; `host` and `none` have none.
    pub subnet: Option<(Ipv4Addr, u8)>,
    pub internal: bool,
    pub attachable: bool,
    pub options: Value,
    pub labels: Value,
}

/// A container's place in a network.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// As the request had it.
    pub given: Value,
    pub aliases: Vec<String>,
    pub network_id: String,
    /// While it runs.
    pub joined: Option<Joined>,
}

#[derive(Debug, Clone)]
pub struct Joined {
    pub endpoint_id: String,
    pub address: Option<Ipv4Addr>,
    pub gateway: Option<Ipv4Addr>,
    pub prefix: u8,
}

impl Joined {
    pub fn mac(&self) -> String {
        self.address.map_or_else(String::new, |address| {
            let [a, b, c, d] = address.octets();
            format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
        })
    }
}

fn subnet(text: &str) -> Option<(Ipv4Addr, u8)> {
    let (address, prefix) = text.split_once('/')?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 30)?;
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    let address: Ipv4Addr = address.parse().ok()?;
    Some((Ipv4Addr::from(u32::from(address) & mask), prefix))
}

fn overlap(left: (Ipv4Addr, u8), right: (Ipv4Addr, u8)) -> bool {
    let shorter = left.1.min(right.1);
    let mask = u32::MAX.checked_shl(32 - u32::from(shorter)).unwrap_or(0);
    u32::from(left.0) & mask == u32::from(right.0) & mask
}

impl Network {
    pub fn is_predefined(&self) -> bool {
        matches!(self.name.as_str(), "bridge" | "host" | "none")
    }

    pub fn gateway(&self) -> Option<Ipv4Addr> {
        self.subnet.map(|(first, _)| Ipv4Addr::from(u32::from(first) + 1))
    }

    pub fn json(&self) -> Value {
        let config: Vec<Value> = self
            .subnet
            .iter()
            .map(|(first, prefix)| {
                let gateway = self.gateway().map(|address| address.to_string());
                json!({ "Subnet": format!("{first}/{prefix}"), "Gateway": gateway })
            })
            .collect();
        json!({
            "Name": self.name,
            "Id": self.id,
            "Created": self.created.rfc3339(),
            "Scope": "local",
            "Driver": self.driver,
            "EnableIPv6": false,
            "IPAM": { "Driver": "default", "Options": null, "Config": config },
            "Internal": self.internal,
            "Attachable": self.attachable,
            "Ingress": false,
            "ConfigFrom": { "Network": "" },
            "ConfigOnly": false,
            "Containers": {},
            "Options": self.options,
            "Labels": self.labels,
        })
    }
}

impl World {
    pub(super) fn add_network(&mut self, name: &str, driver: &str, subnet: Option<(Ipv4Addr, u8)>) -> String {
        let id = self.random.hex(64);
        let network = Network {
            id: id.clone(),
            name: name.to_owned(),
            created: self.now,
            driver: driver.to_owned(),
            subnet,
            internal: false,
            attachable: false,
            options: json!({}),
            labels: json!({}),
        };
        self.networks.insert(id.clone(), network);
        id
    }

    /// By id, name, or an unambiguous beginning of the id.
    pub fn find_network(&self, reference: &str) -> Result<String, Refusal> {
        if self.networks.contains_key(reference) {
            return Ok(reference.to_owned());
        }
        let by_name = self.networks.values().find(|network| network.name == reference);
        let mut by_prefix =
            self.networks.keys().filter(|id| reference.len() >= 3 && id.starts_with(reference)).cloned();
        by_name
            .map(|network| network.id.clone())
            .or_else(|| by_prefix.next())
            .ok_or_else(|| Refusal::missing(format!("network {reference} not found")))
    }

    pub fn create_network(&mut self, body: &Value) -> Result<String, Refusal> {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
        let name = text("Name");
        if name.is_empty() {
            return Err(Refusal::bad("network name cannot be empty"));
        }
        if self.networks.values().any(|network| network.name == name) {
            return Err(Refusal::conflict(format!("network with name {name} already exists")));
        }
        if self.networks.len() >= CEILING {
            return Err(Refusal::new(500, "could not find an available, non-overlapping IPv4 address pool"));
        }
        let driver = Some(text("Driver")).filter(|driver| !driver.is_empty()).unwrap_or("bridge");
        if !matches!(driver, "bridge" | "macvlan" | "ipvlan") {
            return Err(Refusal::missing(format!("plugin \"{driver}\" not found")));
        }
        let asked = body.pointer("/IPAM/Config/0/Subnet").and_then(Value::as_str);
        let range = match asked {
            Some(asked) => {
                let range =
                    subnet(asked).ok_or_else(|| Refusal::bad(format!("invalid CIDR address: {asked}")))?;
                if self.networks.values().any(|other| other.subnet.is_some_and(|taken| overlap(range, taken)))
                {
                    return Err(Refusal::new(403, "Pool overlaps with other one on this address space"));
                }
                range
            }
            None => self.free_range()?,
        };
        let (internal, attachable) = (flag("Internal"), flag("Attachable"));
        let (options, labels) = (body.get("Options").cloned(), body.get("Labels").cloned());
        let id = self.add_network(name, driver, Some(range));
        if let Some(network) = self.networks.get_mut(&id) {
            network.internal = internal;
            network.attachable = attachable;
            network.options = options.filter(Value::is_object).unwrap_or_else(|| json!({}));
            network.labels = labels.filter(Value::is_object).unwrap_or_else(|| json!({}));
        }
        self.emit_network("create", &id, None);
        Ok(id)
    }

    fn free_range(&self) -> Result<(Ipv4Addr, u8), Refusal> {
        let sixteens = (17..=31).map(|second| (Ipv4Addr::new(172, second, 0, 0), 16));
        let twenties = (0..=255u8)
            .flat_map(|second| (0..16u8).map(move |part| (Ipv4Addr::new(10, second, part * 16, 0), 20)));
        let taken = |range: &(Ipv4Addr, u8)| {
            self.networks.values().any(|network| network.subnet.is_some_and(|other| overlap(*range, other)))
        };
        sixteens.chain(twenties).find(|range| !taken(range)).ok_or_else(|| {
            Refusal::new(
                404,
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
            )
        })
    }

    pub fn remove_network(&mut self, reference: &str) -> Result<(), Refusal> {
        let id = self.find_network(reference)?;
        let Some(network) = self.networks.get(&id).cloned() else { return Ok(()) };
        if network.is_predefined() {
            let text = format!("{} is a pre-defined network and cannot be removed", network.name);
            return Err(Refusal::new(403, text));
        }
        if !self.members(&id).is_empty() {
            let text = format!(
                "error while removing network: network {} id {id} has active endpoints",
                network.name
            );
            return Err(Refusal::new(403, text));
        }
        self.emit_network("destroy", &id, None);
        self.networks.shift_remove(&id);
        Ok(())
    }

    /// Ids of the containers that are in a network now.
    pub fn members(&self, network_id: &str) -> Vec<String> {
        let inside = |id: &&String| {
            self.containers.get(*id).is_some_and(|container| {
                container
                    .endpoints
                    .values()
                    .any(|endpoint| endpoint.network_id == network_id && endpoint.joined.is_some())
            })
        };
        self.containers.keys().filter(inside).cloned().collect()
    }

    pub fn connect(&mut self, reference: &str, container: &str, given: &Value) -> Result<(), Refusal> {
        let network_id = self.find_network(reference)?;
        let name = self.networks.get(&network_id).map(|network| network.name.clone()).unwrap_or_default();
        let id = self.find(container)?;
        let running = {
            let container = self.container(&id)?;
            if container.endpoints.get(&name).is_some_and(|endpoint| endpoint.joined.is_some()) {
                let text = format!("endpoint with name {} already exists in network {name}", container.name);
                return Err(Refusal::new(403, text));
            }
            let endpoint = new_endpoint(given, &container.id, &name);
            container.endpoints.insert(name.clone(), endpoint);
            matches!(container.state, State::Running | State::Paused)
        };
        if running { self.join(&id, &name) } else { Ok(()) }
    }

    pub fn disconnect(&mut self, reference: &str, container: &str) -> Result<(), Refusal> {
        let network_id = self.find_network(reference)?;
        let name = self.networks.get(&network_id).map(|network| network.name.clone()).unwrap_or_default();
        let id = self.find(container)?;
        self.leave(&id, &name);
        let container = self.container(&id)?;
        container
            .endpoints
            .shift_remove(&name)
            .map(|_| ())
            .ok_or_else(|| Refusal::new(403, format!("container {id} is not connected to network {name}")))?;
        self.touch();
        Ok(())
    }

    /// Takes an address in a network for a running container.
    pub(super) fn join(&mut self, id: &str, network_name: &str) -> Result<(), Refusal> {
        let network_id = self.find_network(network_name)?;
        let Some(network) = self.networks.get(&network_id) else { return Ok(()) };
        let gateway = network.gateway();
        let asked = self
            .containers
            .get(id)
            .and_then(|container| container.endpoints.get(network_name))
            .and_then(|endpoint| endpoint.given.pointer("/IPAMConfig/IPv4Address"))
            .and_then(Value::as_str)
            .and_then(|address| address.parse().ok());
        let address = match (asked, network.subnet) {
            (Some(address), Some(_)) => Some(address),
            (None, Some((first, prefix))) => Some(self.free_address(&network_id, first, prefix)?),
            (_, None) => None,
        };
        let prefix = network.subnet.map_or(0, |(_, prefix)| prefix);
        let endpoint_id = self.random.hex(64);
        if let Some(endpoint) =
            self.containers.get_mut(id).and_then(|container| container.endpoints.get_mut(network_name))
        {
            endpoint.network_id.clone_from(&network_id);
            endpoint.joined = Some(Joined { endpoint_id, address, gateway, prefix });
        }
        self.emit_network("connect", &network_id, Some(id));
        Ok(())
    }

    fn free_address(&self, network_id: &str, first: Ipv4Addr, prefix: u8) -> Result<Ipv4Addr, Refusal> {
        let taken: HashSet<Ipv4Addr> = self
            .containers
            .values()
            .flat_map(|container| container.endpoints.values())
            .filter(|endpoint| endpoint.network_id == network_id)
            .filter_map(|endpoint| endpoint.joined.as_ref()?.address)
            .collect();
        let room = 1u32.checked_shl(32 - u32::from(prefix)).unwrap_or(u32::MAX);
        (2..room - 1)
            .map(|offset| Ipv4Addr::from(u32::from(first) + offset))
            .find(|address| !taken.contains(address))
            .ok_or_else(|| Refusal::new(500, "no available IPv4 addresses on this network's address pools"))
    }

    /// Gives the address back.
    pub(super) fn leave(&mut self, id: &str, network_name: &str) {
        let endpoint =
            self.containers.get_mut(id).and_then(|container| container.endpoints.get_mut(network_name));
        if let Some(endpoint) = endpoint
            && endpoint.joined.take().is_some()
        {
            let network_id = endpoint.network_id.clone();
            self.emit_network("disconnect", &network_id, Some(id));
        }
    }

    fn emit_network(&mut self, action: &str, id: &str, container: Option<&str>) {
        let Some(network) = self.networks.get(id) else { return };
        let mut attributes = Map::from_iter([
            ("name".to_owned(), json!(network.name)),
            ("type".to_owned(), json!(network.driver)),
        ]);
        if let Some(container) = container {
            attributes.insert("container".to_owned(), json!(container));
        }
        self.emit("network", action, id, attributes);
    }
}

pub(super) fn new_endpoint(given: &Value, container_id: &str, network: &str) -> Endpoint {
    let aliases = given.get("Aliases").and_then(Value::as_array).into_iter().flatten();
    let mut aliases: Vec<String> = aliases.filter_map(Value::as_str).map(str::to_owned).collect();
    if !matches!(network, "bridge" | "host" | "none") {
        let short: String = container_id.chars().take(12).collect();
        if !aliases.contains(&short) {
            aliases.push(short);
        }
    }
    Endpoint { given: given.clone(), aliases, ..Endpoint::default() }
}
