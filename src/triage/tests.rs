mod backups;
mod containers;
mod gpu_seats;
mod host;
mod logs;
mod services;
mod tasks;

use super::*;
use crate::domain::container::{ContainerDetails, HealthRun, LastEnd, MountPoint, PublishedPort};
use crate::domain::host::DiskUse;
use crate::domain::log::Level;
use crate::domain::{
    CheckId, CheckReport, ComposeLabels, Container, ContainerId, ContainerState, Fault, FaultKind, GpuDevice,
    GpuReading, GpuSample, Health, HostSample, LogLine, LogSource, Operation, Safe, StackRef, StyledLine,
    TaskId, TaskRecord, TaskSpec, TaskState, TaskTarget, Verdict, fixtures,
};
use jiff::Timestamp;
use rstest::rstest;
use std::time::Duration;

fn now() -> Timestamp {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

fn ago(duration: Duration) -> Timestamp {
    now() - duration
}

/// A healthy container of the stack `mcp`.
fn container(service: &str) -> Container {
    let labels = ComposeLabels {
        working_dir: Some("/srv/mcp".to_owned()),
        config_files: vec!["/srv/mcp/compose.yaml".to_owned()],
        ..fixtures::labels("mcp", service, 1)
    };
    Container {
        id: ContainerId(format!("{service:0>64}")),
        compose: Some(labels),
        health: Some(Health::Healthy),
        status: Safe::new("Up 3 days (healthy)"),
        details: Some(ContainerDetails {
            pid: Some(1),
            started_at: Some(ago(Duration::from_hours(72))),
            finished_at: Some(ago(Duration::from_mins(4))),
            ..fixtures::details()
        }),
        ..fixtures::replica("mcp", service, 1)
    }
}

fn with(service: &str, change: impl FnOnce(&mut Container, &mut ContainerDetails)) -> Container {
    let mut container = container(service);
    let mut details = container.details.take().unwrap();
    change(&mut container, &mut details);
    Container { details: Some(details), ..container }
}

fn exited(service: &str, code: i64) -> Container {
    with(service, |container, details| {
        container.state = ContainerState::Exited;
        container.health = None;
        details.exit_code = code;
    })
}

fn check(service: &str, verdict: Verdict) -> CheckReport {
    let id = CheckId { stack: "mcp".to_owned(), service: service.to_owned(), name: "http".to_owned() };
    CheckReport {
        verdict,
        since: Some(ago(Duration::from_mins(2))),
        message: Safe::new("connection refused"),
        ..CheckReport::new(id, "http /health")
    }
}

fn of(containers: &[Container], checks: &[CheckReport]) -> Vec<Finding> {
    findings(&Facts {
        containers: containers.iter().collect(),
        checks: checks.iter().collect(),
        now: now(),
        ..Facts::default()
    })
}

fn told(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let evidence: Vec<_> = finding.evidence.iter().map(|line| line.text.as_str()).collect();
        format!("{:?}: {} [{}]", finding.severity, finding.title, evidence.join(" | "))
    };
    findings.iter().map(line).collect()
}

fn host(used_bytes: u64, total_bytes: u64) -> HostSample {
    HostSample {
        host_name: None,
        uptime_seconds: None,
        cpu_percent: None,
        cores: None,
        load_one: None,
        memory_used_bytes: None,
        memory_total_bytes: None,
        swap_used_bytes: None,
        swap_total_bytes: None,
        disks: vec![DiskUse { mount_point: "/".to_owned(), used_bytes, total_bytes, inodes: None }],
        ..HostSample::default()
    }
}

fn gpu_device(index: u32, reading: Result<GpuReading, Safe>) -> GpuDevice {
    let name = Some(Safe::new("A100"));
    GpuDevice { index, uuid: None, name, bus: None, reading, silent_seconds: None, xids: Vec::new() }
}

#[test]
fn a_healthy_server_has_none() {
    let containers = [container("api"), container("worker"), exited("migrate", 0), exited("stopped", 143)];
    let checks =
        [check("api", Verdict::Up), check("worker", Verdict::Starting), check("api", Verdict::Unknown)];
    let gpu = gpu_device(0, Ok(GpuReading::default()));
    let facts = Facts {
        containers: containers.iter().collect(),
        checks: checks.iter().collect(),
        gpus: Some(&GpuSample::Devices(vec![gpu])),
        host: Some(&host(89, 100)),
        now: now(),
        ..Facts::default()
    };
    assert_eq!(findings(&facts), []);
    assert_eq!(findings(&Facts::default()), []);
    let absent = GpuSample::Absent { reason: Safe::new("no library") };
    assert_eq!(findings(&Facts { gpus: Some(&absent), ..Facts::default() }), []);
}

/// One that was restarted seven times, the last time a moment ago.
fn looping(state: ContainerState, health: Option<Health>, oom_killed: bool) -> Container {
    with("postgres", |container, details| {
        (container.state, container.health) = (state, health);
        container.status = Safe::new("Restarting (1) 2 seconds ago");
        (details.restart_count, details.started_at) = (7, Some(ago(Duration::from_secs(2))));
        details.oom_killed = oom_killed && state == ContainerState::Restarting;
        details.exit_code = i64::from(state == ContainerState::Restarting);
        details.last_end = Some(LastEnd { exit_code: 1, oom_killed, on_request: false });
    })
}

fn told_sign(container: &Container, sign: Sign, text: &str) -> LogSign {
    let time = ago(Duration::from_secs(5));
    LogSign {
        container: container.id.clone(),
        sign,
        count: 1,
        first: time,
        last: time,
        times: vec![time],
        line: Safe::new(text),
    }
}
