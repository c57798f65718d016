//! `deploy` and `gpus`.

use super::Context;
use super::scalars::{count, duration, float, integer, labels, replicas, scalar, scalars, size};
use crate::compose::file::service::{Deploy, DeployResources, DeviceRequest, Empty, Quota, RestartPolicy};
use crate::domain::yaml::{Reader, Value};

pub fn deploy(reader: &Reader<'_>, context: &Context<'_>) -> Deploy {
    reader.only(&[
        "mode",
        "replicas",
        "labels",
        "update_config",
        "rollback_config",
        "resources",
        "restart_policy",
        "placement",
        "endpoint_mode",
    ]);
    for swarm in ["update_config", "rollback_config", "placement", "endpoint_mode"] {
        if reader.get(swarm).is_some() {
            context.warn(format!("{}.{swarm}: has no effect on a single Engine", reader.path()));
        }
    }
    let mode = reader.get("mode").and_then(|value| scalar(&value)).unwrap_or_default();
    if !matches!(mode.as_str(), "" | "replicated") {
        context.warn(format!("{}.mode: `{mode}` has no effect on a single Engine", reader.path()));
    }
    Deploy {
        mode,
        replicas: reader.get("replicas").and_then(|value| replicas(&value)),
        labels: reader.get("labels").map(|value| labels(&value)).unwrap_or_default(),
        resources: reader.get("resources").map(|value| resources(&value)).unwrap_or_default(),
        restart_policy: reader.get("restart_policy").map(|value| restart_policy(&value)),
        placement: Empty {},
        endpoint_mode: reader.get("endpoint_mode").and_then(|value| scalar(&value)).unwrap_or_default(),
    }
}

fn resources(reader: &Reader<'_>) -> DeployResources {
    reader.only(&["limits", "reservations"]);
    DeployResources {
        limits: reader.get("limits").map(|value| quota(&value, &["cpus", "memory", "pids"])),
        reservations: reader
            .get("reservations")
            .map(|value| quota(&value, &["cpus", "memory", "devices", "generic_resources"])),
    }
}

fn quota(reader: &Reader<'_>, keys: &[&str]) -> Quota {
    reader.only(keys);
    if let Some(generic) = reader.get("generic_resources") {
        generic.complain("generic resources exist in a swarm only; use `devices` for GPUs");
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Compose itself keeps processors in single precision"
    )]
    let cpus = reader.get("cpus").and_then(|value| float(&value)).unwrap_or_default() as f32;
    Quota {
        cpus,
        memory: reader.get("memory").and_then(|value| size(&value)).unwrap_or_default(),
        pids: reader.get("pids").and_then(|value| integer(&value)).unwrap_or_default(),
        devices: reader
            .get("devices")
            .map(|value| value.list().iter().map(|item| device_request(item, true)).collect())
            .unwrap_or_default(),
    }
}

/// One GPU request, under `devices` or `gpus`.
fn device_request(reader: &Reader<'_>, capabilities_required: bool) -> DeviceRequest {
    reader.only(&["capabilities", "driver", "count", "device_ids", "options"]);
    let list = |key: &str| reader.get(key).map(|value| scalars(&value)).unwrap_or_default();
    let ids = list("device_ids");
    let number = reader.get("count").and_then(|value| match value.node().text() {
        Some("all") => Some(-1),
        _ => integer(&value),
    });
    if capabilities_required && list("capabilities").is_empty() {
        reader.complain("expected `capabilities`, such as [gpu]");
    }
    if number.is_some() && !ids.is_empty() {
        reader.complain("`count` and `device_ids` exclude each other");
    }
    DeviceRequest {
        capabilities: list("capabilities"),
        driver: reader.get("driver").and_then(|value| scalar(&value)).unwrap_or_default(),
        count: number.unwrap_or(if ids.is_empty() { -1 } else { 0 }),
        device_ids: ids,
        options: reader.get("options").map(|value| labels(&value)).unwrap_or_default(),
    }
}

pub fn gpus(reader: &Reader<'_>) -> Vec<DeviceRequest> {
    match &reader.node().value {
        Value::Text(word) if word == "all" => vec![DeviceRequest { count: -1, ..DeviceRequest::default() }],
        Value::Sequence(_) => reader.list().iter().map(|item| device_request(item, false)).collect(),
        _ => {
            reader.expected("`all` or a list of requests");
            Vec::new()
        }
    }
}

fn restart_policy(reader: &Reader<'_>) -> RestartPolicy {
    reader.only(&["condition", "delay", "max_attempts", "window"]);
    let condition = reader.get("condition").and_then(|value| {
        value.one_of(&[
            ("none", "none"),
            ("on-failure", "on-failure"),
            ("any", "any"),
            ("always", "always"),
            ("unless-stopped", "unless-stopped"),
        ])
    });
    RestartPolicy {
        condition: condition.unwrap_or_default().to_owned(),
        delay: reader.get("delay").and_then(|value| duration(&value)),
        max_attempts: reader.get("max_attempts").and_then(|value| count(&value)),
        window: reader.get("window").and_then(|value| duration(&value)),
    }
}
