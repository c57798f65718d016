//! What only an inspect tells.

use super::time;
use crate::domain::Safe;
use crate::domain::container::{ContainerDetails, GpuRequest};
use bollard::models::{ContainerConfig, ContainerState, DeviceRequest, HostConfig};
use std::time::Duration;

pub(super) fn details(
    state: &ContainerState,
    config: &ContainerConfig,
    host: &HostConfig,
    restarts: Option<u64>,
) -> ContainerDetails {
    let health = state.health.as_ref();
    let last_check = health.and_then(|health| health.log.as_ref()).and_then(|log| log.last());
    ContainerDetails {
        pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
        exit_code: state.exit_code.unwrap_or_default(),
        oom_killed: state.oom_killed.unwrap_or_default(),
        error: state.error.as_deref().filter(|error| !error.is_empty()).map(Safe::new),
        restart_count: restarts.unwrap_or_default(),
        restart_policy: host
            .restart_policy
            .as_ref()
            .and_then(|policy| policy.name)
            .map(|name| name.to_string())
            .unwrap_or_default(),
        last_end: None,
        started_at: state.started_at.as_deref().and_then(time),
        finished_at: state.finished_at.as_deref().and_then(time),
        tty: config.tty.unwrap_or_default(),
        stop_grace: config
            .stop_timeout
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map(Duration::from_secs),
        log_driver: host.log_config.as_ref().and_then(|log| log.typ.clone()).unwrap_or_default(),
        health_output: last_check
            .and_then(|check| check.output.as_deref())
            .map(|text| Safe::new(text.trim())),
        failing_streak: health
            .and_then(|health| health.failing_streak)
            .and_then(|streak| u64::try_from(streak).ok())
            .unwrap_or_default(),
        gpu_requests: host
            .device_requests
            .iter()
            .flatten()
            .filter(|request| is_gpu(request))
            .map(gpu)
            .collect(),
        environment: config.env.clone().unwrap_or_default(),
    }
}

fn is_gpu(request: &DeviceRequest) -> bool {
    let driver = request.driver.as_deref().unwrap_or_default();
    driver == "nvidia"
        || request.capabilities.iter().flatten().flatten().any(|capability| capability == "gpu")
}

fn gpu(request: &DeviceRequest) -> GpuRequest {
    let device_ids = request.device_ids.clone().unwrap_or_default();
    // Asked for by id, the daemon reports a count of 0, which says nothing.
    let count = request.count.filter(|count| *count != 0 || device_ids.is_empty());
    GpuRequest { count, device_ids }
}
