//! `deploy` and `gpus`.

use super::scalars::{
    count, duration, filled, integer, labels, replicas, scalar, scalars, single, size, string, strings,
};
use crate::compose::file::service::{
    Deploy, DeployResources, DeviceRequest, DiscreteResource, GenericResource, Placement, Preference, Quota,
    RestartPolicy, UpdateConfig,
};
use crate::domain::yaml::{Reader, Value};

pub fn deploy(reader: &Reader<'_>) -> Deploy {
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
    filled(reader, &[]);
    Deploy {
        mode: reader.get("mode").and_then(|value| string(&value)).unwrap_or_default(),
        replicas: reader.get("replicas").and_then(|value| replicas(&value)),
        labels: reader.get("labels").map(|value| labels(&value)).unwrap_or_default(),
        update_config: reader.get("update_config").map(|value| update_config(&value)),
        rollback_config: reader.get("rollback_config").map(|value| update_config(&value)),
        resources: reader.get("resources").map(|value| resources(&value)).unwrap_or_default(),
        restart_policy: reader.get("restart_policy").map(|value| restart_policy(&value)),
        placement: reader.get("placement").map(|value| placement(&value)).unwrap_or_default(),
        endpoint_mode: reader.get("endpoint_mode").and_then(|value| string(&value)).unwrap_or_default(),
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
    Quota {
        cpus: reader.get("cpus").and_then(|value| single(&value)).unwrap_or_default(),
        memory: reader.get("memory").and_then(|value| size(&value)).unwrap_or_default(),
        pids: reader.get("pids").and_then(|value| integer(&value)).unwrap_or_default(),
        devices: reader
            .get("devices")
            .map(|value| value.list().iter().map(|item| device_request(item, true)).collect())
            .unwrap_or_default(),
        generic_resources: reader
            .get("generic_resources")
            .map(|value| value.list().iter().map(generic_resource).collect())
            .unwrap_or_default(),
    }
}

fn generic_resource(reader: &Reader<'_>) -> GenericResource {
    reader.only(&["discrete_resource_spec"]);
    let discrete = reader.get("discrete_resource_spec").map(|value| {
        value.only(&["kind", "value"]);
        DiscreteResource {
            kind: value.get("kind").and_then(|value| string(&value)).unwrap_or_default(),
            value: value.get("value").and_then(|value| integer(&value)).unwrap_or_default(),
        }
    });
    GenericResource { discrete_resource_spec: discrete }
}

fn placement(reader: &Reader<'_>) -> Placement {
    reader.only(&["constraints", "preferences", "max_replicas_per_node"]);
    let preference = |item: &Reader<'_>| {
        item.only(&["spread"]);
        Preference { spread: item.get("spread").and_then(|value| string(&value)).unwrap_or_default() }
    };
    let most = reader.get("max_replicas_per_node").and_then(|value| count(&value));
    Placement {
        constraints: reader.get("constraints").map(|value| strings(&value)).unwrap_or_default(),
        preferences: reader
            .get("preferences")
            .map(|value| value.list().iter().map(preference).collect())
            .unwrap_or_default(),
        max_replicas_per_node: most.map(u64::from).unwrap_or_default(),
    }
}

fn update_config(reader: &Reader<'_>) -> UpdateConfig {
    reader.only(&["parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order"]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    UpdateConfig {
        parallelism: reader.get("parallelism").and_then(|value| count(&value)).map(u64::from),
        delay: reader.get("delay").and_then(|value| duration(&value)),
        failure_action: text("failure_action"),
        monitor: reader.get("monitor").and_then(|value| duration(&value)),
        max_failure_ratio: reader
            .get("max_failure_ratio")
            .and_then(|value| single(&value))
            .unwrap_or_default(),
        order: text("order"),
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
    RestartPolicy {
        condition: reader.get("condition").and_then(|value| string(&value)).unwrap_or_default(),
        delay: reader.get("delay").and_then(|value| duration(&value)),
        max_attempts: reader.get("max_attempts").and_then(|value| count(&value)),
        window: reader.get("window").and_then(|value| duration(&value)),
    }
}
