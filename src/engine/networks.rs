//! Networks.

use super::actions::{named, nameless};
use super::connect::{CALL_LIMIT, Engine};
use super::convert::compose_key;
use super::raw::segment;
use crate::domain::resources::Network;
use crate::domain::{ContainerId, Fault, FaultKind, Safe};
use bollard::models::{Ipam, Network as DaemonNetwork};
use bollard::query_parameters::{InspectNetworkOptions, ListNetworksOptions};
use hyper::Method;
use serde_json::{Value, json};
use std::collections::HashMap;

impl Engine {
    pub async fn networks(&self) -> Result<Vec<Network>, Fault> {
        let request = self.docker.list_networks(None::<ListNetworksOptions>);
        let list = self.call("list networks", "", CALL_LIMIT, request).await?;
        Ok(list.into_iter().filter_map(listed).collect())
    }

    /// The network of this name or id. Several may have one name; the first is taken, as the daemon does.
    pub async fn network(&self, name: &str) -> Result<Option<Network>, Fault> {
        let path = segment(name);
        let request = self.docker.inspect_network(&path, None::<InspectNetworkOptions>);
        match self.call("inspect network", name, CALL_LIMIT, request).await {
            Ok(found) => {
                let labels = found.labels.unwrap_or_default();
                let (project, key) = compose_key(&labels, "network");
                // The daemon takes the beginning of an id for a name as well.
                let (id, own_name) = (found.id.unwrap_or_default(), found.name.unwrap_or_default());
                if own_name != name && id != name {
                    return Ok(None);
                }
                Ok(Some(Network {
                    id,
                    name: Safe::new(own_name),
                    driver: Safe::new(found.driver.unwrap_or_default()),
                    scope: Safe::new(found.scope.unwrap_or_default()),
                    project,
                    key,
                    subnets: subnets(found.ipam),
                    endpoints: found.containers.map(|containers| containers.len()),
                }))
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

fn listed(network: DaemonNetwork) -> Option<Network> {
    let labels: HashMap<String, String> = network.labels.unwrap_or_default();
    let (project, key) = compose_key(&labels, "network");
    Some(Network {
        id: network.id?,
        name: Safe::new(network.name.unwrap_or_default()),
        driver: Safe::new(network.driver.unwrap_or_default()),
        scope: Safe::new(network.scope.unwrap_or_default()),
        project,
        key,
        subnets: subnets(network.ipam),
        endpoints: None,
    })
}

fn subnets(ipam: Option<Ipam>) -> Vec<Safe> {
    let configurations = ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    configurations.into_iter().filter_map(|configuration| configuration.subnet).map(Safe::new).collect()
}
