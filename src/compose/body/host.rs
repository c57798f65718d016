//! `HostConfig`: limits, rights, devices, logging.

use super::Surroundings;
use super::network::shared_mode;
use crate::compose::file::{DeviceRequest, Service};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) fn host_config(
    service: &Service,
    around: &Surroundings<'_>,
    network_mode: &str,
) -> Map<String, Value> {
    let mut host = Map::new();
    let mut put = |key: &str, value: Value| {
        let absent = match &value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Bool(true) => false,
        };
        if !absent {
            host.insert(key.to_owned(), value);
        }
    };
    put("NetworkMode", json!(network_mode));
    put("IpcMode", json!(shared_mode(&service.ipc, around.names)));
    put("PidMode", json!(shared_mode(&service.pid, around.names)));
    put("UTSMode", json!(service.uts));
    put("UsernsMode", json!(service.userns_mode));
    put("CgroupnsMode", json!(service.cgroup));
    put("CgroupParent", json!(service.cgroup_parent));
    put("Isolation", json!(service.isolation));
    put("Runtime", json!(service.runtime));
    put("Privileged", json!(service.privileged));
    put("ReadonlyRootfs", json!(service.read_only));
    put("CapAdd", json!(service.cap_add));
    put("CapDrop", json!(service.cap_drop));
    put("GroupAdd", json!(service.group_add));
    put("Dns", json!(service.dns));
    put("DnsOptions", json!(service.dns_opt));
    put("DnsSearch", json!(service.dns_search));
    put(
        "ExtraHosts",
        json!(service.extra_hosts.iter().map(|host| host.replacen('=', ":", 1)).collect::<Vec<_>>()),
    );
    put("Sysctls", json!(service.sysctls));
    put("StorageOpt", json!(service.storage_opt));
    put("Annotations", json!(service.annotations));
    put("ShmSize", json!(service.shm_size.0));
    put("VolumesFrom", json!(volumes_from(service, around)));
    put("Tmpfs", json!(tmpfs(service)));
    put("RestartPolicy", restart_policy(service));
    if let Some(init) = service.init {
        // An explicit false overrides the daemon's own setting.
        host.insert("Init".to_owned(), json!(init));
    }
    if let Some(logging) = &service.logging {
        host.insert("LogConfig".to_owned(), json!({ "Type": logging.driver, "Config": logging.options }));
    }
    security(service, &mut host);
    resources(service, &mut host);
    host
}

fn volumes_from(service: &Service, around: &Surroundings<'_>) -> Vec<String> {
    let one = |source: &String| {
        if let Some(container) = source.strip_prefix("container:") {
            return vec![container.to_owned()];
        }
        let (name, mode) = source.split_once(':').unwrap_or((source, ""));
        let suffix = if mode.is_empty() { String::new() } else { format!(":{mode}") };
        (around.names)(name).into_iter().take(1).map(|container| format!("{container}{suffix}")).collect()
    };
    service.volumes_from.iter().flat_map(one).collect()
}

/// `/run:size=64m` as path and options.
fn tmpfs(service: &Service) -> BTreeMap<&str, &str> {
    service.tmpfs.iter().map(|entry| entry.split_once(':').unwrap_or((entry, ""))).collect()
}

/// `deploy.restart_policy` counts more than `restart`.
fn restart_policy(service: &Service) -> Value {
    let deployed = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let (name, attempts) = if let Some(policy) = deployed {
        let name = match policy.condition.as_str() {
            "none" => "no",
            "on-failure" => "on-failure",
            "unless-stopped" => "unless-stopped",
            // Nothing said means `any`.
            _ => "always",
        };
        (name, policy.max_attempts.unwrap_or(0))
    } else {
        match service.restart.split_once(':') {
            Some((name, attempts)) => (name, attempts.parse().unwrap_or(0)),
            None => (service.restart.as_str(), 0),
        }
    };
    if name.is_empty() {
        return Value::Null;
    }
    json!({ "Name": name, "MaximumRetryCount": attempts })
}

fn security(service: &Service, host: &mut Map<String, Value>) {
    let mut options = Vec::new();
    for option in &service.security_opt {
        let option = option.replacen(':', "=", usize::from(!option.contains('=')));
        match option.split_once('=') {
            Some(("systempaths", "unconfined")) => {
                host.insert("MaskedPaths".to_owned(), json!([]));
                host.insert("ReadonlyPaths".to_owned(), json!([]));
            }
            _ => options.push(option),
        }
    }
    if !options.is_empty() {
        host.insert("SecurityOpt".to_owned(), json!(options));
    }
}

fn resources(service: &Service, host: &mut Map<String, Value>) {
    let deployed = service.deploy.as_ref().map(|deploy| deploy.resources.clone()).unwrap_or_default();
    let limits = deployed.limits.unwrap_or_default();
    let reserved = deployed.reservations.clone().unwrap_or_default();
    let either = |own: i64, deployed: i64| if own == 0 { deployed } else { own };
    let cpus = if service.cpus > 0.0 { service.cpus } else { limits.cpus };
    #[expect(clippy::cast_possible_truncation, reason = "a server has no ten billion processors")]
    let nano_cpus = (f64::from(cpus) * 1e9).round() as i64;
    let numbers = [
        ("NanoCpus", nano_cpus),
        ("Memory", either(service.mem_limit.0, limits.memory.0)),
        ("MemoryReservation", either(service.mem_reservation.0, reserved.memory.0)),
        ("MemorySwap", service.memswap_limit.0),
        ("PidsLimit", either(service.pids_limit, limits.pids)),
        ("CpuCount", service.cpu_count),
        ("CpuPeriod", service.cpu_period),
        ("CpuQuota", service.cpu_quota),
        ("CpuRealtimePeriod", service.cpu_rt_period),
        ("CpuRealtimeRuntime", service.cpu_rt_runtime),
        ("CpuShares", service.cpu_shares),
        ("OomScoreAdj", service.oom_score_adj),
    ];
    for (key, value) in numbers {
        if value != 0 {
            host.insert(key.to_owned(), json!(value));
        }
    }
    if service.mem_swappiness.0 != 0 {
        host.insert("MemorySwappiness".to_owned(), json!(service.mem_swappiness.0));
    }
    if service.cpu_percent > 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "the Engine counts whole percents")]
        let percent = service.cpu_percent as i64;
        host.insert("CpuPercent".to_owned(), json!(percent));
    }
    if !service.cpuset.is_empty() {
        host.insert("CpusetCpus".to_owned(), json!(service.cpuset));
    }
    if service.oom_kill_disable {
        host.insert("OomKillDisable".to_owned(), json!(true));
    }
    let ulimits = service.ulimits.iter();
    let ulimits: Vec<Value> = ulimits
        .map(|(name, limit)| json!({ "Name": name, "Soft": limit.soft, "Hard": limit.hard }))
        .collect();
    let devices: Vec<Value> = service
        .devices
        .iter()
        .map(|device| {
            json!({
                "PathOnHost": device.source,
                "PathInContainer": device.target,
                "CgroupPermissions": device.permissions,
            })
        })
        .collect();
    let reserved = reserved.devices.iter().map(|request| device_request(request, false));
    let gpus = service.gpus.iter().map(|request| device_request(request, true));
    let requests: Vec<Value> = reserved.chain(gpus).collect();
    let lists = [
        ("Ulimits", json!(ulimits)),
        ("Devices", json!(devices)),
        ("DeviceCgroupRules", json!(service.device_cgroup_rules)),
        ("DeviceRequests", json!(requests)),
    ];
    for (key, list) in lists {
        if list.as_array().is_some_and(|items| !items.is_empty()) {
            host.insert(key.to_owned(), list);
        }
    }
}

fn device_request(request: &DeviceRequest, gpu: bool) -> Value {
    let mut capabilities = request.capabilities.clone();
    if gpu && !capabilities.iter().any(|capability| capability == "gpu") {
        capabilities.push("gpu".to_owned());
    }
    json!({
        "Driver": request.driver,
        "Count": request.count,
        "DeviceIDs": request.device_ids,
        "Capabilities": [capabilities],
        "Options": request.options,
    })
}
