//! Creating a container from the API's body.

use super::container::{Container, Published, RestartPolicy, State};
use super::files::Files;
use super::health::{HealthState, Verdict};
use super::image::{Image, canonical};
use super::log_book::LogBook;
use super::network::new_endpoint;
use super::script::{Running, Surroundings};
use super::{CEILING, Refusal, World};
use crate::sim::clock::Moment;
use crate::sim::random::Random;
use crate::sim::scenario::spec::Behaviour;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn is_valid_name(name: &str) -> bool {
    let mut letters = name.chars();
    name.len() > 1
        && letters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// `80/tcp`, or `80`.
fn port(key: &str) -> Result<(u16, String), Refusal> {
    let (number, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    let number =
        number.parse().map_err(|_| Refusal::bad(format!("invalid port specification: \"{key}\"")))?;
    Ok((number, protocol.to_owned()))
}

impl World {
    /// Makes a container; gives its id.
    pub fn create(&mut self, name: &str, body: &Value) -> Result<String, Refusal> {
        let reference = body.get("Image").and_then(Value::as_str).unwrap_or_default();
        if reference.is_empty() {
            return Err(Refusal::bad("No command specified"));
        }
        let image = self
            .image(reference)
            .cloned()
            .ok_or_else(|| Refusal::missing(format!("No such image: {}", canonical(reference))))?;
        let name = self.free_name(name)?;
        if self.containers.len() >= CEILING {
            return Err(Refusal::new(500, "no space left on device"));
        }
        let id = self.random.hex(64);
        let config = config(body, &image, &id);
        let host_config = host_config(body);
        let (path, arguments) = command(&config, reference)?;
        let given_networks = object(body.pointer("/NetworkingConfig/EndpointsConfig"));
        self.check_network_count(&given_networks)?;
        let (exposed, published) = ports(&config, &host_config)?;
        let gpus = self.gpus_for(&host_config);
        let mounts = self.mounts(&host_config, &config)?;
        let labels = object(config.get("Labels"));
        let labels: BTreeMap<String, String> = labels
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect();
        let behaviour = Arc::new(self.behaviour(&labels, &image));
        let words: Vec<String> = std::iter::once(path.clone()).chain(arguments.iter().cloned()).collect();
        let scripted = !behaviour.logs.is_empty() || behaviour.exits.is_some();
        let script = if scripted { None } else { Running::from_command(&words, &strings(config.get("Env"))) };
        let tty = config.get("Tty").and_then(Value::as_bool).unwrap_or(false);
        let open = config.get("OpenStdin").and_then(Value::as_bool).unwrap_or(false);
        let host_name = config.get("Hostname").and_then(Value::as_str).unwrap_or_default().to_owned();
        let surroundings = Surroundings { host_name, ..Surroundings::default() };
        let script =
            script.map(|script| script.in_surroundings(surroundings)).filter(|_| !(open && words.len() == 1));
        let seed = self.random.next();
        let container = Container {
            id: id.clone(),
            name: name.clone(),
            created: self.now,
            image: reference.to_owned(),
            image_id: image.id.clone(),
            path,
            arguments,
            labels,
            tty,
            restart: restart_policy(&host_config)?,
            stop_timeout: Duration::from_secs(
                config.get("StopTimeout").and_then(Value::as_u64).unwrap_or(10),
            ),
            health: health(&config, &strings(config.get("Env")), self.now),
            exposed,
            published,
            endpoints: endpoints(&host_config, &given_networks, &id),
            mounts,
            gpus,
            state: State::Created,
            pid: 0,
            exit_code: 0,
            out_of_memory: false,
            error: String::new(),
            started: None,
            finished: None,
            restart_count: 0,
            backoff: Duration::ZERO,
            stopped_by_hand: false,
            run: 0,
            behaviour,
            script,
            log: LogBook::new(Random::new(seed).next()),
            files: Files::default(),
            seed,
            config,
            host_config,
        };
        self.containers.insert(id.clone(), container);
        self.emit_container(&id, "create", &[]);
        Ok(id)
    }

    fn free_name(&mut self, name: &str) -> Result<String, Refusal> {
        let name = name.strip_prefix('/').unwrap_or(name);
        if name.is_empty() {
            return Ok(format!("quiet_{}", self.random.hex(8)));
        }
        if !is_valid_name(name) {
            return Err(Refusal::bad(format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        self.check_name(name)?;
        Ok(name.to_owned())
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        match self.containers.values().find(|container| container.name == name) {
            Some(other) => Err(Refusal::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have to remove (or rename) that container to be able to reuse that name.",
                other.id
            ))),
            None => Ok(()),
        }
    }

    pub fn rename(&mut self, reference: &str, name: &str) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        if !is_valid_name(name) {
            return Err(Refusal::bad(format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        self.check_name(name).map_err(|refusal| {
            Refusal::conflict(format!("Error when allocating new name: {}", refusal.message))
        })?;
        let container = self.container(&id)?;
        let old = std::mem::replace(&mut container.name, name.to_owned());
        self.emit_container(&id, "rename", &[("oldName", format!("/{old}"))]);
        Ok(())
    }

    /// Before API 1.44 only one network could be given at creation.
    fn check_network_count(&self, networks: &Map<String, Value>) -> Result<(), Refusal> {
        let minor =
            self.script.engine.api.split_once('.').and_then(|(_, minor)| minor.parse().ok()).unwrap_or(0u32);
        if networks.len() > 1 && minor < 44 {
            let names: Vec<&str> = networks.keys().map(String::as_str).collect();
            return Err(Refusal::bad(format!(
                "Container cannot be connected to network endpoints: {}",
                names.join(", ")
            )));
        }
        Ok(())
    }

    fn gpus_for(&self, host_config: &Value) -> Vec<u32> {
        let requests = host_config.get("DeviceRequests").and_then(Value::as_array).into_iter().flatten();
        let present = u32::try_from(self.gpus.len()).unwrap_or(0);
        let mut indices = Vec::new();
        for request in requests {
            let named = strings(request.get("DeviceIDs"));
            if named.is_empty() {
                // A count always means the first ones.
                let count = request.get("Count").and_then(Value::as_i64).unwrap_or(0);
                indices.extend(0..u32::try_from(count).unwrap_or(present).min(present));
            } else {
                indices.extend(named.iter().filter_map(|name| name.parse::<u32>().ok()));
            }
        }
        indices
    }

    /// What the script says of the service, completed by what it says of the image.
    fn behaviour(&self, labels: &BTreeMap<String, String>, image: &Image) -> Behaviour {
        let label = |key: &str| labels.get(&format!("com.docker.compose.{key}")).map(String::as_str);
        let service = label("project").zip(label("service")).and_then(|(project, service)| {
            let stack = self.script.stacks.iter().find(|stack| stack.project == project)?;
            stack.services.get(service)
        });
        service.map_or_else(
            || image.spec.behaviour.clone(),
            |service| service.behaviour.clone().or(&image.spec.behaviour),
        )
    }
}

fn config(body: &Value, image: &Image, id: &str) -> Value {
    let mut config = image.config();
    let Value::Object(fields) = &mut config else { return config };
    let image_environment = strings(fields.get("Env"));
    let image_ports = object(fields.get("ExposedPorts"));
    let image_volumes = object(fields.get("Volumes"));
    for (key, value) in body.as_object().into_iter().flatten() {
        if !value.is_null() && key != "HostConfig" && key != "NetworkingConfig" {
            fields.insert(key.clone(), value.clone());
        }
    }
    // A new entrypoint makes the image's command void.
    if body.get("Entrypoint").is_some_and(|entrypoint| !entrypoint.is_null())
        && body.get("Cmd").is_none_or(Value::is_null)
    {
        fields.insert("Cmd".to_owned(), Value::Null);
    }
    let own = strings(body.get("Env"));
    let name = |entry: &str| entry.split('=').next().unwrap_or_default().to_owned();
    let inherited =
        image_environment.into_iter().filter(|entry| !own.iter().any(|other| name(other) == name(entry)));
    let environment: Vec<String> = own.iter().cloned().chain(inherited).collect();
    fields.insert("Env".to_owned(), json!(environment));
    for (key, inherited) in [("ExposedPorts", image_ports), ("Volumes", image_volumes)] {
        let mut all = inherited;
        all.extend(object(body.get(key)));
        fields.insert(key.to_owned(), if all.is_empty() { Value::Null } else { Value::Object(all) });
    }
    if fields.get("Hostname").and_then(Value::as_str).is_none_or(str::is_empty) {
        fields.insert("Hostname".to_owned(), json!(id.get(..12)));
    }
    if fields.get("Labels").is_none_or(Value::is_null) {
        fields.insert("Labels".to_owned(), json!({}));
    }
    config
}

fn host_config(body: &Value) -> Value {
    let mut config = json!({
        "Binds": null,
        "ContainerIDFile": "",
        "LogConfig": { "Type": "json-file", "Config": {} },
        "NetworkMode": "default",
        "PortBindings": {},
        "RestartPolicy": { "Name": "no", "MaximumRetryCount": 0 },
        "AutoRemove": false,
        "VolumeDriver": "",
        "VolumesFrom": null,
        "CapAdd": null,
        "CapDrop": null,
        "CgroupnsMode": "private",
        "Dns": null,
        "DnsOptions": null,
        "DnsSearch": null,
        "ExtraHosts": null,
        "GroupAdd": null,
        "IpcMode": "private",
        "Links": null,
        "OomScoreAdj": 0,
        "PidMode": "",
        "Privileged": false,
        "PublishAllPorts": false,
        "ReadonlyRootfs": false,
        "SecurityOpt": null,
        "ShmSize": 67_108_864,
        "Runtime": "runc",
        "Memory": 0,
        "NanoCpus": 0,
        "DeviceRequests": null,
        "MemoryReservation": 0,
        "MemorySwap": 0,
        "PidsLimit": null,
        "Ulimits": null,
    });
    if let Value::Object(fields) = &mut config {
        for (key, value) in body.get("HostConfig").and_then(Value::as_object).into_iter().flatten() {
            let unnamed = key == "NetworkMode" && value == "";
            if !value.is_null() && !unnamed {
                fields.insert(key.clone(), value.clone());
            }
        }
    }
    config
}

fn command(config: &Value, image: &str) -> Result<(String, Vec<String>), Refusal> {
    let mut words = strings(config.get("Entrypoint"));
    words.retain(|word| !word.is_empty());
    words.extend(strings(config.get("Cmd")));
    let mut words = words.into_iter();
    let path = words.next().ok_or_else(|| Refusal::bad(format!("No command specified for image {image}")))?;
    Ok((path, words.collect()))
}

type Ports = (Vec<(u16, String)>, Vec<Published>);

/// The engine publishes only ports that are exposed as well.
fn ports(config: &Value, host_config: &Value) -> Result<Ports, Refusal> {
    let bindings = object(host_config.get("PortBindings"));
    let mut exposed = Vec::new();
    let mut published = Vec::new();
    for key in object(config.get("ExposedPorts")).keys() {
        let (number, protocol) = port(key)?;
        let bound = bindings.get(key).and_then(Value::as_array).filter(|bound| !bound.is_empty());
        let Some(bound) = bound else {
            exposed.push((number, protocol));
            continue;
        };
        for binding in bound {
            let text = |key: &str| binding.get(key).and_then(Value::as_str).unwrap_or_default();
            let host_port =
                match text("HostPort") {
                    "" | "0" => None,
                    asked => {
                        Some(asked.split('-').next().and_then(|first| first.parse().ok()).ok_or_else(
                            || Refusal::bad(format!("invalid port specification: \"{asked}\"")),
                        )?)
                    }
                };
            published.push(Published {
                container_port: number,
                protocol: protocol.clone(),
                host_ip: text("HostIp").to_owned(),
                host_port,
                given: None,
            });
        }
    }
    Ok((exposed, published))
}

fn restart_policy(host_config: &Value) -> Result<RestartPolicy, Refusal> {
    let attempts =
        host_config.pointer("/RestartPolicy/MaximumRetryCount").and_then(Value::as_u64).unwrap_or(0);
    match host_config.pointer("/RestartPolicy/Name").and_then(Value::as_str).unwrap_or_default() {
        "" | "no" => Ok(RestartPolicy::No),
        "always" => Ok(RestartPolicy::Always),
        "unless-stopped" => Ok(RestartPolicy::UnlessStopped),
        "on-failure" => Ok(RestartPolicy::OnFailure(attempts)),
        other => Err(Refusal::bad(format!("invalid restart policy '{other}'"))),
    }
}

/// The words of `["CMD", "true"]` or `["CMD-SHELL", "test -e /ready"]`.
fn check_command(test: &[String]) -> Option<Vec<String>> {
    let (kind, words) = test.split_first()?;
    match kind.as_str() {
        "CMD" => Some(words.to_vec()),
        "CMD-SHELL" => {
            Some(["sh", "-c"].map(str::to_owned).into_iter().chain(words.iter().cloned()).collect())
        }
        _ => None,
    }
}

fn health(config: &Value, environment: &[String], now: Moment) -> Option<HealthState> {
    let check = config.get("Healthcheck")?;
    let test = strings(check.get("Test"));
    if test.is_empty() || test.first().is_some_and(|word| word == "NONE") {
        return None;
    }
    let interval = check.get("Interval").and_then(Value::as_u64).filter(|interval| *interval > 0);
    Some(HealthState {
        verdict: Verdict::Starting,
        interval: interval.map_or(Duration::from_secs(30), Duration::from_nanos),
        since: now,
        output: String::new(),
        test: check_command(&test).and_then(|words| Running::from_command(&words, environment)),
        retries: check.get("Retries").and_then(Value::as_u64).filter(|retries| *retries > 0).unwrap_or(3),
        failures: 0,
    })
}

fn endpoints(
    host_config: &Value,
    given: &Map<String, Value>,
    id: &str,
) -> IndexMap<String, super::network::Endpoint> {
    let mode = host_config.get("NetworkMode").and_then(Value::as_str).unwrap_or("default");
    let mut endpoints = IndexMap::new();
    if mode.starts_with("container:") {
        return endpoints;
    }
    let primary = if mode == "default" { "bridge" } else { mode };
    let settings = given.get(primary).or_else(|| given.get(mode)).cloned().unwrap_or(Value::Null);
    endpoints.insert(primary.to_owned(), new_endpoint(&settings, id, primary));
    for (name, settings) in given.iter().filter(|(name, _)| *name != mode && *name != primary) {
        endpoints.insert(name.clone(), new_endpoint(settings, id, name));
    }
    endpoints
}
