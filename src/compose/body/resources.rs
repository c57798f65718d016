//! `HostConfig`: processors, memory, devices.

use crate::compose::file::{BlockIo, Device, DeviceRequest, Service, ThrottleDevice};
use serde_json::{Map, Value, json};

pub(super) fn resources(service: &Service, host: &mut Map<String, Value>) {
    let deployed = service.deploy.as_ref().map(|deploy| deploy.resources.clone()).unwrap_or_default();
    let limits = deployed.limits.unwrap_or_default();
    let reserved = deployed.reservations.clone().unwrap_or_default();
    let either = |own: i64, deployed: i64| if own == 0 { deployed } else { own };
    let cpus = if service.cpus > 0.0 { service.cpus } else { limits.cpus };
    #[expect(clippy::cast_possible_truncation, reason = "a server has no ten billion processors")]
    let nano_cpus = (cpus * 1e9) as i64;
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
        #[expect(clippy::cast_possible_truncation, reason = "whole hundredths of a percent are sent")]
        let percent = (service.cpu_percent * 100.0) as i64;
        host.insert("CpuPercent".to_owned(), json!(percent));
    }
    if !service.cpuset.is_empty() {
        host.insert("CpusetCpus".to_owned(), json!(service.cpuset));
    }
    if service.oom_kill_disable {
        host.insert("OomKillDisable".to_owned(), json!(true));
    }
    if let Some(limits) = &service.blkio_config {
        block_io(limits, host);
    }
    let ulimits = service.ulimits.iter();
    let ulimits: Vec<Value> = ulimits
        .map(|(name, limit)| json!({ "Name": name, "Soft": limit.soft, "Hard": limit.hard }))
        .collect();
    let (named, devices): (Vec<&Device>, Vec<&Device>) =
        service.devices.iter().partition(|device| is_cdi(&device.source));
    let devices: Vec<Value> = devices
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
    let named: Vec<&str> = named.iter().map(|device| device.source.as_str()).collect();
    let named = (!named.is_empty()).then(|| json!({ "Driver": "cdi", "DeviceIDs": named }));
    let requests: Vec<Value> = reserved.chain(gpus).chain(named).collect();
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

/// A device by its name, `vendor.com/class=name`, that a driver on the host resolves.
fn is_cdi(source: &str) -> bool {
    !source.starts_with('/') && source.split_once('=').is_some_and(|(kind, _)| kind.contains('/'))
}

fn block_io(limits: &BlockIo, host: &mut Map<String, Value>) {
    let rates = |devices: &[ThrottleDevice]| -> Vec<Value> {
        devices.iter().map(|device| json!({ "Path": device.path, "Rate": device.rate.0 })).collect()
    };
    let weights = limits.weight_device.iter();
    let weights: Vec<Value> =
        weights.map(|device| json!({ "Path": device.path, "Weight": device.weight })).collect();
    if limits.weight > 0 {
        host.insert("BlkioWeight".to_owned(), json!(limits.weight));
    }
    for (key, list) in [
        ("BlkioWeightDevice", weights),
        ("BlkioDeviceReadBps", rates(&limits.device_read_bps)),
        ("BlkioDeviceReadIOps", rates(&limits.device_read_iops)),
        ("BlkioDeviceWriteBps", rates(&limits.device_write_bps)),
        ("BlkioDeviceWriteIOps", rates(&limits.device_write_iops)),
    ] {
        if !list.is_empty() {
            host.insert(key.to_owned(), json!(list));
        }
    }
}
