//! From a service to the bodies that the Engine's API takes.

mod capabilities;
mod host;
mod labels;
mod mounts;
mod network;
mod references;
mod resources;
mod uploads;

pub use labels::COMPOSE_VERSION;
pub use network::{network_body, volume_body};
pub use references::{Pending, referred, resolved, resolved_hashes};
pub use uploads::Upload;

use super::file::{HealthCheck, Project, Service};
use super::hash::Flavour;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One container that is to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct Creation {
    pub name: String,
    pub service: String,
    pub number: u32,
    pub body: Value,
    pub platform: Option<String>,
    /// Networks that are joined after the creation, with their endpoints: an old Engine takes only one before.
    pub connect: Vec<(String, Value)>,
    /// Files that are written into it before it starts.
    pub uploads: Vec<Upload>,
    /// What the body needs of containers that earlier steps make.
    pub pending: Option<Box<Pending>>,
}

/// What the body depends on besides the file.
#[derive(Clone, Copy)]
pub struct Surroundings<'plan> {
    pub api_version: (usize, usize),
    pub image_id: &'plan str,
    /// The version of docker compose that other tools are told to take the container for.
    pub version: &'plan str,
    /// The container that the new one takes the place of.
    pub replaces: Option<&'plan str>,
    /// Anonymous volumes to take over: name and target.
    pub inherited: &'plan [(String, String)],
    /// By service, the names and numbers of the containers that the plan ends with.
    pub replicas: &'plan dyn Fn(&str) -> Vec<(String, u32)>,
    /// By service, the names of containers that earlier steps make and this one refers to.
    pub made: &'plan BTreeMap<String, String>,
}

impl Surroundings<'_> {
    /// How the config hash is taken.
    fn flavour(&self) -> Flavour {
        Flavour::of_version(self.version).unwrap_or_default()
    }
}

/// The name of a service's container.
pub fn container_name(project: &str, service: &Service, number: u32) -> String {
    if service.container_name.is_empty() {
        format!("{project}-{}-{number}", service.name)
    } else {
        service.container_name.clone()
    }
}

/// The references of `service` to containers that are there are resolved already.
pub fn creation(project: &Project, service: &Service, number: u32, around: Surroundings<'_>) -> Creation {
    let name = container_name(&project.name, service, number);
    let networks = network::endpoints(project, service, &name, &around);
    let mut host = host::host_config(project, service, &networks.mode);
    if !networks.links.is_empty() {
        host.insert("Links".to_owned(), json!(networks.links));
    }
    mounts::add(project, service, around.inherited, &mut host);
    let mut body = config(service);
    if service.network_mode == "disabled" {
        body.insert("NetworkDisabled".to_owned(), json!(true));
    }
    body.insert("Image".to_owned(), json!(service.image_name(&project.name)));
    body.insert("Labels".to_owned(), json!(labels::container_labels(project, service, number, &around)));
    if !service.mac_address.is_empty() && around.api_version < (1, 44) {
        body.insert("MacAddress".to_owned(), json!(service.mac_address));
    }
    if let Some(health) = &service.healthcheck {
        body.insert("Healthcheck".to_owned(), health_check(health, around.api_version));
    }
    let (exposed, bindings) = network::ports(service);
    body.insert("ExposedPorts".to_owned(), exposed);
    host.insert("PortBindings".to_owned(), bindings);
    body.insert("HostConfig".to_owned(), Value::Object(host));
    if !networks.before.is_empty() {
        body.insert("NetworkingConfig".to_owned(), json!({ "EndpointsConfig": networks.before }));
    }
    Creation {
        name,
        service: service.name.clone(),
        number,
        body: Value::Object(body),
        platform: Some(service.platform.clone()).filter(|platform| !platform.is_empty()),
        connect: networks.after,
        uploads: uploads::uploads(project, service),
        pending: Pending::new(service, around.made.clone(), around.flavour()),
    }
}

/// The part of the body that is about the process in the container.
fn config(service: &Service) -> Map<String, Value> {
    let mut environment: Vec<String> = service
        .environment
        .iter()
        .map(|(key, value)| value.as_ref().map_or_else(|| key.clone(), |value| format!("{key}={value}")))
        .collect();
    if service.use_api_socket && !service.environment.contains_key("DOCKER_CONFIG") {
        environment.push("DOCKER_CONFIG=/run/secrets/docker".to_owned());
    }
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| {
        body.insert(key.to_owned(), value);
    };
    put("AttachStdout", json!(true));
    put("AttachStderr", json!(true));
    put("Tty", json!(service.tty));
    put("OpenStdin", json!(service.stdin_open));
    put("Env", json!(environment));
    put("Cmd", json!(service.command));
    put("Entrypoint", json!(service.entrypoint));
    put("Hostname", json!(service.hostname));
    put("Domainname", json!(service.domainname));
    put("User", json!(service.user));
    put("WorkingDir", json!(service.working_dir));
    if !service.stop_signal.is_empty() {
        put("StopSignal", json!(service.stop_signal));
    }
    if let Some(grace) = service.stop_grace_period {
        put("StopTimeout", json!(grace.0.as_secs()));
    }
    body
}

fn health_check(health: &HealthCheck, api_version: (usize, usize)) -> Value {
    if health.disable {
        return json!({ "Test": ["NONE"] });
    }
    let mut body = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    put("Test", Some(json!(health.test)).filter(|_| !health.test.is_empty()));
    put("Interval", health.interval.map(|value| json!(value.nanoseconds())));
    put("Timeout", health.timeout.map(|value| json!(value.nanoseconds())));
    put("StartPeriod", health.start_period.map(|value| json!(value.nanoseconds())));
    put("Retries", health.retries.map(|value| json!(value)));
    let interval = health.start_interval.filter(|_| api_version >= (1, 44));
    put("StartInterval", interval.map(|value| json!(value.nanoseconds())));
    Value::Object(body)
}

#[cfg(test)]
mod tests;
