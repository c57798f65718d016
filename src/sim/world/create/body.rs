//! Reading the body of a create request, completed by what the image says.

use crate::sim::clock::Moment;
use crate::sim::world::Refusal;
use crate::sim::world::container::{Published, RestartPolicy};
use crate::sim::world::health::{HealthState, Verdict};
use crate::sim::world::image::Image;
use crate::sim::world::network::{Endpoint, new_endpoint};
use crate::sim::world::script::Running;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::time::Duration;

pub fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

pub fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// `80/tcp`, or `80`.
fn port(key: &str) -> Result<(u16, String), Refusal> {
    let (number, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    let number =
        number.parse().map_err(|_| Refusal::bad(format!("invalid port specification: \"{key}\"")))?;
    Ok((number, protocol.to_owned()))
}

pub fn config(body: &Value, image: &Image, id: &str) -> Value {
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

pub fn host_config(body: &Value) -> Value {
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

pub fn command(config: &Value, image: &str) -> Result<(String, Vec<String>), Refusal> {
    let mut words = strings(config.get("Entrypoint"));
    words.retain(|word| !word.is_empty());
    words.extend(strings(config.get("Cmd")));
    let mut words = words.into_iter();
    let path = words.next().ok_or_else(|| Refusal::bad(format!("No command specified for image {image}")))?;
    Ok((path, words.collect()))
}

type Ports = (Vec<(u16, String)>, Vec<Published>);

/// The engine publishes only ports that are exposed as well.
pub fn ports(config: &Value, host_config: &Value) -> Result<Ports, Refusal> {
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

pub fn restart_policy(host_config: &Value) -> Result<RestartPolicy, Refusal> {
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

pub fn health(config: &Value, environment: &[String], now: Moment) -> Option<HealthState> {
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

pub fn endpoints(host_config: &Value, given: &Map<String, Value>, id: &str) -> IndexMap<String, Endpoint> {
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
