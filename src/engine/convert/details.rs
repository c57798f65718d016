//! What only an inspect tells.

use super::time;
use crate::domain::Safe;
use crate::domain::container::{ContainerDetails, GpuRequest, HealthRun};
use crate::domain::gpu::CDI_PREFIX;
use bollard::models::{
    ContainerConfig, ContainerState, DeviceRequest, HealthcheckResult, HostConfig, HostConfigLogConfig,
};
use std::time::Duration;

pub(super) fn details(
    state: &ContainerState,
    config: &ContainerConfig,
    host: &HostConfig,
    restarts: Option<u64>,
    paths: Paths,
) -> ContainerDetails {
    let health = state.health.as_ref();
    let health_runs: Vec<HealthRun> =
        health.and_then(|health| health.log.as_ref()).into_iter().flatten().map(health_run).collect();
    let test = config.healthcheck.as_ref();
    let log = host.log_config.as_ref();
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
        log_driver: log.and_then(|log| log.typ.clone()).unwrap_or_default(),
        log_path: Some(paths.log).filter(|path| !path.is_empty()),
        log_rotates: log.is_some_and(rotates),
        log_most_bytes: log.and_then(most_bytes),
        health_test: test.and_then(|test| test.test.clone()).unwrap_or_default(),
        health_timeout: test
            .and_then(|test| test.timeout)
            .and_then(|nanoseconds| u64::try_from(nanoseconds).ok())
            .filter(|nanoseconds| *nanoseconds > 0)
            .map(Duration::from_nanos),
        health_output: health_runs.last().map(|run| run.output.clone()),
        health_runs,
        failing_streak: health
            .and_then(|health| health.failing_streak)
            .and_then(|streak| u64::try_from(streak).ok())
            .unwrap_or_default(),
        command: paths.command,
        user: config.user.clone().unwrap_or_default(),
        init: host.init,
        shm_bytes: host.shm_size.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
        tmpfs: tmpfs(host),
        memory_limit_bytes: host
            .memory
            .and_then(|bytes| u64::try_from(bytes).ok())
            .filter(|bytes| *bytes > 0),
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

fn tmpfs(host: &HostConfig) -> Vec<String> {
    let mounts = host.tmpfs.iter().flatten();
    let mut mounts: Vec<String> =
        mounts.map(|(target, options)| format!("{target} {options}").trim_end().to_owned()).collect();
    mounts.sort();
    mounts
}

/// What stands at the top of an inspect.
#[derive(Default)]
pub(super) struct Paths {
    /// The executable and its arguments.
    pub command: Vec<String>,
    pub log: String,
}

/// Whether the driver bounds what it keeps. `local` does so by itself; others keep nothing on this host.
fn rotates(log: &HostConfigLogConfig) -> bool {
    let sized = log.config.as_ref().is_some_and(|options| options.contains_key("max-size"));
    log.typ.as_deref() != Some("json-file") || sized
}

/// The product of `max-size` and `max-file`, of which there is one by default.
fn most_bytes(log: &HostConfigLogConfig) -> Option<u64> {
    let options = log.config.as_ref()?;
    let files = options.get("max-file").map_or(Some(1), |files| files.trim().parse().ok())?;
    size(options.get("max-size")?)?.checked_mul(files)
}

/// `10m`, `2.5GB`: the daemon counts in powers of 1000.
fn size(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.find(|character: char| !(character.is_ascii_digit() || character == '.'));
    let (number, unit) = lower.split_at(digits.unwrap_or(lower.len()));
    let unit = unit.trim_start().trim_end_matches('b').trim_end_matches('i');
    let power = ["", "k", "m", "g", "t", "p"].iter().position(|known| *known == unit)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let thousand = 1000_u64.checked_pow(u32::try_from(power).ok()?)?;
    let tenths: u64 = part.get(..1).unwrap_or("0").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(thousand)?.checked_add(thousand / 10 * tenths)
}

/// A check says as much as it likes; what matters stands at the beginning.
const OUTPUT_CHARACTERS: usize = 4096;

fn health_run(run: &HealthcheckResult) -> HealthRun {
    let output: String =
        run.output.as_deref().unwrap_or_default().trim().chars().take(OUTPUT_CHARACTERS).collect();
    HealthRun {
        began: run.start.as_deref().and_then(time),
        ended: run.end.as_deref().and_then(time),
        exit_code: run.exit_code.unwrap_or_default(),
        output: Safe::new(output),
    }
}

fn is_gpu(request: &DeviceRequest) -> bool {
    let driver = request.driver.as_deref().unwrap_or_default();
    driver == "nvidia"
        || request.device_ids.iter().flatten().any(|id| id.starts_with(CDI_PREFIX))
        || request.capabilities.iter().flatten().flatten().any(|capability| capability == "gpu")
}

fn gpu(request: &DeviceRequest) -> GpuRequest {
    let device_ids = request.device_ids.clone().unwrap_or_default();
    // Asked for by id, the daemon reports a count of 0, which says nothing.
    let count = request.count.filter(|count| *count != 0 || device_ids.is_empty());
    GpuRequest { count, device_ids }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::as_compose_files_have_it(&[("max-size", "10m"), ("max-file", "3")], true, Some(30_000_000))]
    #[case::one_file(&[("max-size", "2g")], true, Some(2_000_000_000))]
    #[case::with_all_that_the_daemon_takes(&[("max-size", "1.5 GiB")], true, Some(1_500_000_000))]
    #[case::bytes(&[("max-size", "4096")], true, Some(4096))]
    #[case::what_cannot_be_read(&[("max-size", "much")], true, None)]
    #[case::the_number_of_files_alone_bounds_nothing(&[("max-file", "3")], false, None)]
    #[case::nothing(&[], false, None)]
    fn the_options_say_how_much_a_log_may_take(
        #[case] options: &[(&str, &str)],
        #[case] expected: bool,
        #[case] most: Option<u64>,
    ) {
        let config = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let log = HostConfigLogConfig { typ: Some("json-file".to_owned()), config: Some(config) };
        assert_eq!((rotates(&log), most_bytes(&log)), (expected, most));
    }
}
