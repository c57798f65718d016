//! Networks.

use super::actions::{named, nameless};
use super::connect::{CALL_LIMIT, Engine};
use super::convert::compose_key;
use super::raw::segment;
use crate::domain::resources::{AddressPool, Network, NetworkSettings};
use crate::domain::{ContainerId, Fault, FaultKind, Safe};
use bollard::models::{IpamConfig, Network as DaemonNetwork, NetworkInspect};
use bollard::query_parameters::{InspectNetworkOptions, ListNetworksOptions};
use hyper::Method;
use serde_json::{Value, json};
use std::collections::HashMap;

impl Engine {
    pub async fn networks(&self) -> Result<Vec<Network>, Fault> {
        let request = self.docker.list_networks(None::<ListNetworksOptions>);
        let list = self.call("list networks", "", CALL_LIMIT, request).await?;
        Ok(list.into_iter().filter_map(described).collect())
    }

    /// The network of this name or id. Several may have one name; the first is taken, as the daemon does.
    pub async fn network(&self, name: &str) -> Result<Option<Network>, Fault> {
        let path = segment(name);
        let request = self.docker.inspect_network(&path, None::<InspectNetworkOptions>);
        match self.call("inspect network", name, CALL_LIMIT, request).await {
            Ok(found) => {
                let endpoints = found.containers.as_ref().map(std::collections::HashMap::len);
                // The daemon takes the beginning of an id for a name as well.
                let found = described(as_listed(found))
                    .filter(|network| network.name.as_str() == name || network.id == name);
                Ok(found.map(|network| Network { endpoints, ..network }))
            }
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Creates a network from a body of the API, without its `Name`; its id.
    pub async fn create_network(&self, name: &str, body: &Value) -> Result<String, Fault> {
        let mut body = body.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert("Name".to_owned(), json!(name));
            if self.api_version() < (1, 44) {
                // Without it the daemon makes a second network of the same name; later ones never do.
                body.entry("CheckDuplicate").or_insert(json!(true));
            }
        }
        let operation = "create network";
        let answer =
            self.json(&Method::POST, "/networks/create", Some(&body), operation, name, CALL_LIMIT).await?;
        named(&answer, "Id").ok_or_else(|| nameless(operation, name))
    }

    pub async fn remove_network(&self, name: &str) -> Result<(), Fault> {
        self.call("remove network", name, CALL_LIMIT, self.docker.remove_network(&segment(name))).await
    }

    /// Attaches a container; `endpoint` is the API's `EndpointConfig`.
    pub async fn connect_network(
        &self,
        network: &str,
        container: &ContainerId,
        endpoint: &Value,
    ) -> Result<(), Fault> {
        let path = format!("/networks/{}/connect", segment(network));
        let body = json!({ "Container": container.0, "EndpointConfig": endpoint });
        let object = format!("{} to {network}", container.short());
        self.json(&Method::POST, &path, Some(&body), "connect container", &object, CALL_LIMIT).await.map(drop)
    }
}

/// What a list tells of a network, of what an inspect does.
fn as_listed(found: NetworkInspect) -> DaemonNetwork {
    DaemonNetwork {
        name: found.name,
        id: found.id,
        scope: found.scope,
        driver: found.driver,
        enable_ipv6: found.enable_ipv6,
        ipam: found.ipam,
        internal: found.internal,
        attachable: found.attachable,
        options: found.options,
        labels: found.labels,
        ..DaemonNetwork::default()
    }
}

fn described(network: DaemonNetwork) -> Option<Network> {
    let labels: HashMap<String, String> = network.labels.unwrap_or_default();
    let (project, key) = compose_key(&labels, "network");
    let ipam = network.ipam.unwrap_or_default();
    let pools: Vec<AddressPool> = ipam.config.unwrap_or_default().into_iter().map(pool).collect();
    let subnets = pools.iter().map(|pool| &pool.subnet).filter(|subnet| !subnet.is_empty());
    Some(Network {
        id: network.id?,
        name: Safe::new(network.name.unwrap_or_default()),
        driver: Safe::new(network.driver.unwrap_or_default()),
        scope: Safe::new(network.scope.unwrap_or_default()),
        project,
        key,
        subnets: subnets.map(Safe::new).collect(),
        settings: NetworkSettings {
            internal: network.internal.unwrap_or(false),
            attachable: network.attachable.unwrap_or(false),
            ipv6: network.enable_ipv6.unwrap_or(false),
            options: network.options.unwrap_or_default().into_iter().collect(),
            labels: labels.into_iter().collect(),
            ipam_driver: ipam.driver.unwrap_or_default(),
            pools,
        },
        endpoints: None,
    })
}

fn pool(configuration: IpamConfig) -> AddressPool {
    AddressPool {
        subnet: configuration.subnet.unwrap_or_default(),
        gateway: configuration.gateway.unwrap_or_default(),
        range: configuration.ip_range.unwrap_or_default(),
        reserved: configuration.auxiliary_addresses.unwrap_or_default().into_iter().collect(),
    }
}
