//! The whole server, as it is found: well, in trouble, gone, or empty.

use super::checks::checks;
use super::containers::{container, figures, fleet};
use super::driving::{ago, connected, empty, press, tell};
use super::gpus::gpus;
use super::holdings::{backups, resources};
use super::logs::logs;
use super::stacks::{drifts, stacks};
use super::tasks::tasks;
use crate::app::{Msg, Setup, State, Subject, fixtures, update};
use crate::domain::host::DiskUse;
use crate::domain::{DaemonInfo, Fault, FaultKind, FleetEvent, GpuSample, HostSample, Safe};

const GIB: u64 = 1 << 30;

pub fn daemon(simulated: bool) -> DaemonInfo {
    DaemonInfo { memory_bytes: Some(512 * GIB), simulated, ..fixtures::daemon() }
}

pub fn host() -> HostSample {
    let disk = |mount_point: &str, used: u64, total: u64| DiskUse {
        mount_point: mount_point.to_owned(),
        used_bytes: used * GIB,
        total_bytes: total * GIB,
        inodes: None,
    };
    HostSample {
        uptime_seconds: Some(41 * 86_400 + 7000),
        cpu_percent: Some(37.2),
        load_one: Some(23.1),
        swap_total_bytes: Some(8 * GIB),
        disks: vec![disk("/", 710, 1000), disk("/data", 300, 4000)],
        ..fixtures::host()
    }
}

/// The server of the design: ten services, one replica crashing, one GPU lost.
pub fn incident() -> State {
    let mut state = quiet_server(false);
    tell(&mut state, Msg::Tasks(tasks()));
    tell(&mut state, Msg::Backups(Ok(backups())));
    tell(&mut state, Msg::Resources(Ok(resources())));
    let inference = Subject::Service { project: "mcp".to_owned(), service: "mcp-inference".to_owned() };
    assert!(state.panes.services.reveal(&inference, &state.tree));
    press(&mut state, &["j", "k"]);
    logs(&mut state);
    state
}

/// The same as a simulation.
pub fn simulated() -> State {
    let mut state = incident();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(true))));
    state
}

pub fn quiet_server(simulated: bool) -> State {
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(simulated))));
    tell(
        &mut state,
        Msg::Stacks { files: stacks(), faults: Vec::new(), unread: std::collections::BTreeMap::new() },
    );
    tell(&mut state, Msg::Fleet(FleetEvent::Listed(fleet())));
    tell(&mut state, Msg::Host(host()));
    for second in 0..45_u32 {
        let mut devices = gpus();
        for device in &mut devices {
            let index = device.index;
            if let Ok(reading) = &mut device.reading
                && let Some(percent) = &mut reading.utilisation_percent
                && second < 44
            {
                *percent = (*percent + (second * 13 + index * 7) % 31).saturating_sub(15).min(100);
            }
        }
        tell(&mut state, Msg::Gpu(GpuSample::Devices(devices)));
    }
    tell(&mut state, Msg::Checks(checks()));
    tell(&mut state, Msg::Drift(drifts()));
    tell(
        &mut state,
        Msg::Figures(vec![
            figures("mcp-nginx-1", 0.3, 21 << 20),
            figures("mcp-mcp-api-1", 0.8, 312 << 20),
            figures("mcp-mcp-inference-1", 88.0, 9 * GIB),
            figures("mcp-mcp-inference-2", 81.0, 9 * GIB),
            figures("mcp-mcp-training-1", 1270.0, 38 * GIB),
            figures("mcp-mcp-scheduler-1", 0.1, 96 << 20),
            figures("mcp-redis-1", 1.4, 88 << 20),
            figures("mcp-postgresql-1", 3.2, 412 << 20),
            figures("mcp-minio-1", 0.5, 210 << 20),
            figures("mcp-grafana-1", 0.2, 140 << 20),
            figures("mlflow-postgres-1", 0.6, 180 << 20),
            figures("mlflow-server-1", 1.9, 1700 << 20),
            figures("node-exporter", 0.1, 19 << 20),
        ]),
    );
    tell(&mut state, Msg::Tick);
    state
}

/// Right after the start: nothing has been heard yet.
pub fn connecting() -> State {
    empty()
}

pub fn no_gpu() -> State {
    let mut state = incident();
    let reason = Safe::new("no NVIDIA library (libnvidia-ml.so.1) on this host");
    tell(&mut state, Msg::Gpu(GpuSample::Absent { reason }));
    state
}

pub fn stale() -> State {
    let mut state = incident();
    let fault = Fault::new(FaultKind::Unreachable, "reach Docker at", "unix:///var/run/docker.sock")
        .because("connection refused")
        .hint("is the daemon running? systemctl status docker");
    let _ = update(&mut state, Msg::Fleet(FleetEvent::Lost { fault, retry_in_ms: 5000 }), ago(12));
    tell(&mut state, Msg::Tick);
    state
}

pub fn no_docker() -> State {
    let setup = Setup {
        endpoint: Safe::new("unix:///var/run/docker.sock"),
        tried: vec![
            Safe::new("DOCKER_HOST is not set"),
            Safe::new("the current Docker context is the default one"),
            Safe::new("unix:///var/run/docker.sock: the default"),
        ],
        ..Setup::default()
    };
    let (mut state, _) = State::new(setup);
    let fault = Fault::new(FaultKind::Permission, "reach Docker at", "unix:///var/run/docker.sock")
        .because("permission denied")
        .hint("the socket belongs to the group docker: `sudo usermod -aG docker ops`, then log in again");
    tell(&mut state, Msg::Fleet(FleetEvent::Lost { fault, retry_in_ms: 5000 }));
    state
}

/// As many containers as one server ever has, with names in many scripts.
pub fn crowd(count: usize) -> State {
    let mut state = connected();
    let names = [
        "推理服务",
        "مخدم",
        "сервер",
        "ノード",
        "café",
        "a-very-long-name-that-goes-on-and-on-and-on-and-on",
    ];
    let containers = (0..count)
        .map(|number| container(None, &format!("{}-{number}", names[number % names.len()]), 1, 60))
        .collect();
    tell(&mut state, Msg::Fleet(FleetEvent::Listed(containers)));
    tell(&mut state, Msg::Host(host()));
    tell(&mut state, Msg::Tick);
    state
}

pub fn nothing_runs() -> State {
    let mut state = connected();
    tell(&mut state, Msg::Fleet(FleetEvent::Listed(Vec::new())));
    tell(&mut state, Msg::Gpu(GpuSample::Absent { reason: Safe::new("no NVIDIA library on this host") }));
    tell(&mut state, Msg::Tick);
    state
}
