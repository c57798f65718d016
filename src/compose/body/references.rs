//! References to other services' containers: a namespace or the volumes of `service:x` are those of one container,
//! and only its id tells docker compose which. It stands in the body and in the config hash, so both wait for it.

use crate::compose::file::Service;
use crate::compose::hash::{self, Flavour, config_hash};
use crate::domain::ContainerId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a body still needs: the service as far as its references are known, and the names of the containers that
/// earlier steps of the plan make for the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    service: Service,
    made: BTreeMap<String, String>,
    flavour: Flavour,
}

/// The services whose containers this one refers to.
pub fn referred(service: &Service) -> impl Iterator<Item = &str> {
    let sources = service.volumes_from.iter().filter(|source| !source.starts_with("container:"));
    let sources = sources.map(|source| source.split(':').next().unwrap_or(source));
    service.shared_with().chain(sources)
}

/// The service with each reference replaced by the container that `id` knows for it; the others stay as they are.
pub fn resolved(service: &Service, id: &dyn Fn(&str) -> Option<String>) -> Service {
    let mut service = service.clone();
    let mode = |mode: &str| {
        let known = mode.strip_prefix("service:").and_then(id);
        known.map_or_else(|| mode.to_owned(), |id| format!("container:{id}"))
    };
    service.network_mode = mode(&service.network_mode);
    service.ipc = mode(&service.ipc);
    service.pid = mode(&service.pid);
    for source in &mut service.volumes_from {
        let (name, access) = source.split_once(':').unwrap_or((source, ""));
        let (name, access) = match name {
            "container" => {
                let (name, access) = access.split_once(':').unwrap_or((access, ""));
                (Some(name.to_owned()), access)
            }
            service => (id(service), access),
        };
        if let Some(name) = name {
            *source = if access.is_empty() { name } else { format!("{name}:{access}") };
        }
    }
    service
}

/// The hash of a service whose references are resolved.
pub fn resolved_hash(service: &Service, flavour: Flavour) -> String {
    if service.volumes_from.is_empty() {
        return config_hash(service, flavour);
    }
    config_hash(&without_access(service), flavour)
}

/// All hashes by which a container of a service whose references are resolved may be known.
pub fn resolved_hashes(service: &Service) -> Vec<String> {
    if service.volumes_from.is_empty() {
        return hash::hashes(service);
    }
    hash::hashes(&without_access(service))
}

/// docker compose keeps no access mode of `volumes_from`.
fn without_access(service: &Service) -> Service {
    let mut service = service.clone();
    for source in &mut service.volumes_from {
        source.truncate(source.find(':').unwrap_or(source.len()));
    }
    service
}

impl Pending {
    /// `made` are the names of containers by service; `None` when nothing is left to wait for.
    pub fn new(service: &Service, made: BTreeMap<String, String>, flavour: Flavour) -> Option<Box<Self>> {
        (!made.is_empty()).then(|| Box::new(Self { service: service.clone(), made, flavour }))
    }

    /// The body with what is known now. `id` finds a container that was made by its name.
    pub fn settled(&self, body: &Value, id: &dyn Fn(&str) -> Option<ContainerId>) -> Value {
        let by_service = |service: &str| self.made.get(service).and_then(|name| id(name)).map(|id| id.0);
        let service = resolved(&self.service, &by_service);
        let mut body = body.clone();
        let host = &mut body["HostConfig"];
        for (key, mode) in
            [("NetworkMode", &service.network_mode), ("IpcMode", &service.ipc), ("PidMode", &service.pid)]
        {
            if !mode.is_empty() {
                host[key] = json!(mode);
            }
        }
        if !service.volumes_from.is_empty() {
            host["VolumesFrom"] = json!(service.volumes_from);
        }
        body["Labels"]["com.docker.compose.config-hash"] = json!(resolved_hash(&service, self.flavour));
        body
    }
}
