//! States as an operator meets them.

use crate::app::hit::HitMap;
use crate::app::{LogBatch, LogEnd, Msg, PaneId, Setup, State, update};
use crate::domain::container::{ContainerDetails, PublishedPort};
use crate::domain::gpu::GpuProcess;
use crate::domain::host::DiskUse;
use crate::domain::resources::{Image, Network, Resources, Volume};
use crate::domain::stack::{BackupEntry, BackupPart, BackupSource, StackService};
use crate::domain::task::{JournalLine, StepPart};
use crate::domain::*;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub fn now() -> Timestamp {
    "2026-11-20T10:31:07Z".parse().unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

const GIB: u64 = 1 << 30;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

pub fn tell(state: &mut State, msg: Msg) {
    let _ = update(state, msg, now());
}

pub fn press(state: &mut State, keys: &[&str]) {
    for key in keys {
        tell(state, Msg::Key(key.parse().unwrap()));
    }
}

pub fn empty() -> State {
    let setup = Setup { endpoint: Safe::new("unix:///var/run/docker.sock"), ..Setup::default() };
    let (mut state, faults) = State::new(setup);
    assert_eq!(faults, []);
    tell(&mut state, Msg::Drawn(HitMap::default()));
    state
}

pub fn daemon(simulated: bool) -> DaemonInfo {
    DaemonInfo {
        name: Safe::new("gpu-01"),
        version: Safe::new("26.1.5"),
        api_version: Safe::new("1.45"),
        operating_system: Safe::new("Debian GNU/Linux 12"),
        cpus: Some(64),
        memory_bytes: Some(512 * GIB),
        cgroup_driver: Some(Safe::new("systemd")),
        cgroup_version: Some(2),
        root_directory: Some(Safe::new("/var/lib/docker")),
        endpoint: Safe::new("unix:///var/run/docker.sock"),
        simulated,
    }
}

pub fn id(name: &str) -> ContainerId {
    let digits: Vec<String> = name.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect();
    ContainerId(digits.concat())
}

pub fn container(project: Option<&str>, service: &str, number: u32, up_seconds: i64) -> Container {
    let name = match project {
        Some(project) => format!("{project}-{service}-{number}"),
        None => service.to_owned(),
    };
    let compose = project.map(|project| ComposeLabels {
        project: project.to_owned(),
        service: service.to_owned(),
        number: Some(number),
        oneoff: false,
        config_hash: None,
        image: None,
        working_dir: Some(format!("/srv/stacks/{project}")),
        config_files: vec![format!("/srv/stacks/{project}/compose.yaml")],
        depends_on: Vec::new(),
        version: Some("2.26.1".to_owned()),
    });
    Container {
        id: id(&name),
        name: Safe::new(&name),
        image: Safe::new(format!("registry.example/{service}:1.4")),
        image_id: "sha256:1".to_owned(),
        compose,
        state: ContainerState::Running,
        health: None,
        status: Safe::new("Up"),
        created: Some(ago(up_seconds + 5)),
        ports: Vec::new(),
        networks: Vec::new(),
        mounts: Vec::new(),
        details: Some(ContainerDetails {
            pid: Some(4000),
            exit_code: 0,
            oom_killed: false,
            error: None,
            restart_count: 0,
            started_at: Some(ago(up_seconds)),
            finished_at: None,
            tty: false,
            stop_grace: None,
            log_driver: "json-file".to_owned(),
            health_output: None,
            failing_streak: 0,
            gpu_requests: Vec::new(),
            environment: Vec::new(),
        }),
    }
}

fn published(mut container: Container, host: u16, inside: u16) -> Container {
    container.ports.push(PublishedPort {
        host_address: None,
        host_port: Some(host),
        container_port: inside,
        protocol: "tcp".to_owned(),
    });
    container
}

fn healthy(mut container: Container) -> Container {
    container.health = Some(Health::Healthy);
    container
}

fn fleet() -> Vec<Container> {
    let mcp = Some("mcp");
    let mut crashing = container(mcp, "mcp-inference", 3, 4);
    crashing.state = ContainerState::Restarting;
    if let Some(details) = &mut crashing.details {
        details.exit_code = 137;
        details.oom_killed = true;
        details.restart_count = 4;
        details.finished_at = Some(ago(3));
    }
    let mut old = container(None, "registry-cache", 1, 41 * DAY);
    old.state = ContainerState::Exited;
    old.status = Safe::new("Exited (0) 9 days ago");
    if let Some(details) = &mut old.details {
        details.finished_at = Some(ago(9 * DAY));
    }
    vec![
        healthy(published(container(mcp, "nginx", 1, 3 * DAY), 80, 80)),
        healthy(published(container(mcp, "mcp-api", 1, 3 * DAY), 8080, 8080)),
        container(mcp, "mcp-inference", 1, 9 * HOUR),
        container(mcp, "mcp-inference", 2, 9 * HOUR),
        crashing,
        container(mcp, "mcp-training", 1, 9 * HOUR),
        container(mcp, "mcp-scheduler", 1, 3 * DAY),
        healthy(container(mcp, "redis", 1, 3 * DAY)),
        healthy(published(container(mcp, "postgresql", 1, 3 * DAY), 5432, 5432)),
        published(container(mcp, "minio", 1, 3 * DAY), 9000, 9000),
        container(mcp, "prometheus", 1, 3 * DAY),
        published(container(mcp, "grafana", 1, 3 * DAY), 3000, 3000),
        healthy(container(Some("mlflow"), "postgres", 1, 12 * DAY)),
        healthy(published(container(Some("mlflow"), "server", 1, 12 * DAY), 5000, 5000)),
        published(container(None, "node-exporter", 1, 41 * DAY), 9100, 9100),
        old,
    ]
}

fn figures(name: &str, cpu: f64, memory: u64) -> (ContainerId, ContainerFigures) {
    let figures = ContainerFigures {
        time: now(),
        source: figures::FigureSource::Cgroup,
        cpu_percent: Some(cpu),
        memory_bytes: Some(memory),
        memory_limit_bytes: None,
        network_received_bytes: None,
        network_sent_bytes: None,
        block_read_bytes: None,
        block_written_bytes: None,
        pids: None,
    };
    (id(name), figures)
}

fn stack_file(
    project: &str,
    origin: StackOrigin,
    services: &[(&str, u32)],
    title: Option<&str>,
) -> StackFile {
    StackFile {
        reference: StackRef {
            project: project.to_owned(),
            files: vec![PathBuf::from(format!("/srv/stacks/{project}/compose.yaml"))],
            directory: Some(PathBuf::from(format!("/srv/stacks/{project}"))),
            env_files: Vec::new(),
            profiles: Vec::new(),
        },
        origin,
        title: title.map(Safe::new),
        services: services
            .iter()
            .map(|(name, replicas)| StackService {
                name: (*name).to_owned(),
                image: Some(Safe::new(format!("registry.example/{name}:1.4"))),
                replicas: *replicas,
                depends_on: Vec::new(),
            })
            .collect(),
        checks: Vec::new(),
        backup: if project == "mlflow" {
            vec![BackupSource::Postgres { service: "postgres".to_owned(), database: None, user: None }]
        } else {
            Vec::new()
        },
        addresses: Vec::new(),
    }
}

fn stacks() -> Vec<StackFile> {
    let mcp: &[(&str, u32)] = &[
        ("nginx", 1),
        ("mcp-api", 1),
        ("mcp-inference", 3),
        ("mcp-training", 1),
        ("mcp-scheduler", 1),
        ("redis", 1),
        ("postgresql", 1),
        ("minio", 1),
        ("prometheus", 1),
        ("grafana", 1),
    ];
    let ragflow: &[(&str, u32)] = &[("elasticsearch", 1), ("ragflow", 1)];
    vec![
        stack_file("mcp", StackOrigin::Directory, mcp, Some("MCP fine-tuning")),
        stack_file(
            "mlflow",
            StackOrigin::Directory,
            &[("postgres", 1), ("server", 1)],
            Some("MLflow tracking"),
        ),
        stack_file("ragflow", StackOrigin::BuiltIn, ragflow, None),
    ]
}

pub fn gpus() -> Vec<GpuDevice> {
    let device = |index: u32, utilisation, used: u64, celsius, watts, holders: &[(&str, u64)]| GpuDevice {
        index,
        uuid: Some(Safe::new(format!("GPU-{index}"))),
        name: Some(Safe::new("NVIDIA A100-SXM4-80GB")),
        reading: Ok(GpuReading {
            utilisation_percent: Some(utilisation),
            memory_used_bytes: Some(used * GIB),
            memory_total_bytes: Some(80 * GIB),
            temperature_celsius: Some(celsius),
            power_watts: Some(watts),
            power_limit_watts: Some(400.0),
            mig: false,
            processes: holders
                .iter()
                .map(|(name, gib)| GpuProcess {
                    pid: 4242,
                    memory_bytes: Some(gib * GIB),
                    container: Some(id(name).0),
                })
                .collect(),
        }),
    };
    let mut lost = device(2, 0, 0, 0, 0.0, &[]);
    lost.reading = Err(Safe::new("GPU is lost (Xid 79)"));
    let mut sliced = device(3, 0, 19, 41, 96.0, &[]);
    if let Ok(reading) = &mut sliced.reading {
        reading.utilisation_percent = None;
        reading.mig = true;
        reading.processes = vec![GpuProcess { pid: 31_337, memory_bytes: None, container: None }];
    }
    vec![
        device(0, 93, 71, 62, 287.0, &[("mcp-mcp-training-1", 70)]),
        device(1, 31, 78, 87, 121.0, &[("mcp-mcp-inference-1", 38), ("mcp-mcp-inference-2", 38)]),
        lost,
        sliced,
    ]
}

fn check(
    stack: &str,
    service: &str,
    label: &str,
    verdict: Verdict,
    latency: Option<u64>,
    message: &str,
) -> CheckReport {
    let mut history: Vec<bool> = (0..24).map(|run| run % 11 != 10).collect();
    if verdict == Verdict::Down {
        history.extend([true, false, false, false]);
    }
    CheckReport {
        id: CheckId { stack: stack.to_owned(), service: service.to_owned(), name: label.to_owned() },
        label: Safe::new(label),
        verdict,
        since: Some(ago(if verdict == Verdict::Down { 94 } else { 3 * DAY })),
        last_run: Some(ago(2)),
        latency: latency.map(Duration::from_millis),
        message: Safe::new(message),
        history,
    }
}

fn checks() -> Vec<CheckReport> {
    vec![
        check("mcp", "mcp-api", "http /health", Verdict::Up, Some(12), "200 OK"),
        check("mcp", "nginx", "http /", Verdict::Up, Some(3), "200 OK"),
        check("mcp", "mcp-inference", "tcp 8001", Verdict::Down, None, "connection refused"),
        check("mcp", "redis", "docker", Verdict::Up, None, "healthy"),
        check("mcp", "postgresql", "docker", Verdict::Up, None, "healthy"),
        check("mcp", "grafana", "http /api/health", Verdict::Degraded, Some(2900), "answered after 2.9s"),
        check("mcp", "minio", "http /minio/health/live", Verdict::Up, Some(5), "200 OK"),
        check("mlflow", "server", "http /health", Verdict::Up, Some(21), "200 OK"),
        check("mlflow", "postgres", "docker", Verdict::Up, None, "healthy"),
    ]
}

pub fn host() -> HostSample {
    HostSample {
        host_name: "gpu-01".to_owned(),
        uptime_seconds: 41 * 86_400 + 7000,
        cpu_percent: Some(37.2),
        cores: 64,
        load_one: 23.1,
        memory_used_bytes: 61 * GIB,
        memory_total_bytes: 128 * GIB,
        swap_used_bytes: 0,
        swap_total_bytes: 8 * GIB,
        disks: vec![
            DiskUse { mount_point: "/".to_owned(), used_bytes: 710 * GIB, total_bytes: 1000 * GIB },
            DiskUse { mount_point: "/data".to_owned(), used_bytes: 300 * GIB, total_bytes: 4000 * GIB },
        ],
    }
}

pub fn log_line(name: &str, milliseconds: i64, source: LogSource, text: &str) -> LogLine {
    LogLine {
        container: id(name),
        time: Some(ago(60) + SignedDuration::from_millis(milliseconds)),
        source,
        line: Gate::default().line(text.as_bytes()),
    }
}

/// The log of the inference replicas: quiet work, a crash, a gap.
fn logs(state: &mut State) {
    let [one, two, three] = ["mcp-mcp-inference-1", "mcp-mcp-inference-2", "mcp-mcp-inference-3"];
    let mut lines = Vec::new();
    for turn in 0..40_i64 {
        let name = [one, two][usize::try_from(turn % 2).unwrap()];
        let text = format!(
            "\u{1b}[32mINFO\u{1b}[0m  POST /v1/complete 200 {}ms tokens={}",
            180 + turn * 7 % 90,
            96 + turn
        );
        lines.push(log_line(name, turn * 900, LogSource::Stdout, &text));
    }
    let crash = [
        (
            LogSource::Stdout,
            "\u{1b}[32mINFO\u{1b}[0m  loading checkpoint shards: 100% 3/3 [00:11<00:00,  3.71s/it]",
        ),
        (LogSource::Stderr, "\u{1b}[33mWARN\u{1b}[0m  low GPU memory: 1.1 GiB free of 79.2 GiB"),
        (LogSource::Stderr, "Traceback (most recent call last):"),
        (LogSource::Stderr, "  File \"/app/scripts/inference.py\", line 212, in serve"),
        (
            LogSource::Stderr,
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 1 has a total capacity of 79.25 GiB of which 1.12 GiB is free.",
        ),
        (LogSource::Stdout, "模型加载失败：显存不足 (device=1)"),
    ];
    for (place, (source, text)) in crash.into_iter().enumerate() {
        lines.push(log_line(three, 36_300 + i64::try_from(place).unwrap() * 140, source, text));
    }
    lines.push(log_line(one, 38_000, LogSource::Stdout, "\u{1b}[32mINFO\u{1b}[0m  GET /metrics 200 1ms"));
    let generation = state.panes.logs.generation;
    tell(state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }));
    let lines = vec![log_line(
        two,
        41_000,
        LogSource::Stdout,
        "\u{1b}[32mINFO\u{1b}[0m  POST /v1/complete 200 204ms tokens=77",
    )];
    let ended = vec![LogEnd { container: id(three), fault: None }];
    let dropped = vec![(id(two), 1204)];
    tell(state, Msg::Logs(LogBatch { generation, lines, dropped, ended }));
}

pub fn stack_ref(project: &str) -> StackRef {
    stack_file(project, StackOrigin::Directory, &[], None).reference
}

fn record(project: &str, operation: Operation, seconds: i64) -> TaskRecord {
    let at = ago(seconds);
    let verb = operation.verb();
    TaskRecord::new(TaskSpec {
        id: TaskId(format!("{}-{verb}-{project}-0001", at.strftime("%Y%m%dT%H%M%S"))),
        operation,
        target: TaskTarget::Stack(stack_ref(project)),
        requested_by: "ops".to_owned(),
        requested_from: Some("192.0.2.7".to_owned()),
        requested_at: at,
        endpoint: "unix:///var/run/docker.sock".to_owned(),
    })
}

pub fn plan() -> Plan {
    let step = |verb, object: &str, service: Option<&str>, reason: &str, downtime: Option<u64>| PlannedStep {
        verb,
        object: object.to_owned(),
        service: service.map(str::to_owned),
        reason: reason.to_owned(),
        after: Vec::new(),
        downtime: downtime.map(Duration::from_secs),
    };
    Plan {
        title: "up mlflow".to_owned(),
        steps: vec![
            step(StepVerb::Keep, "mlflow_default", None, "exists", None),
            step(StepVerb::CreateVolume, "mlflow_artifacts", None, "does not exist", None),
            step(
                StepVerb::RecreateContainer,
                "mlflow-postgres-1",
                Some("postgres"),
                "configuration changed",
                Some(10),
            ),
            step(StepVerb::Await, "mlflow-postgres-1", Some("postgres"), "healthy", None),
            step(StepVerb::CreateContainer, "mlflow-server-1", Some("server"), "does not exist", None),
            step(StepVerb::StartContainer, "mlflow-server-1", Some("server"), "not running", None),
        ],
        warnings: vec![
            "mlflow-postgres-1 is the only database of this stack; its clients lose their connections"
                .to_owned(),
        ],
        equivalent: "docker compose -p mlflow up -d".to_owned(),
        volumes: vec!["mlflow_postgres_data (kept)".to_owned(), "mlflow_artifacts (new)".to_owned()],
        gpus: Vec::new(),
    }
}

pub fn tasks() -> Vec<TaskRecord> {
    let all = || Operation::Up(UpOptions::default());
    let line = |seconds, event| JournalLine { time: ago(seconds), event };
    let mut running = record("mlflow", all(), 42);
    let started = TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 };
    for event in [
        line(42, started.clone()),
        line(42, TaskEvent::Planned { plan: plan() }),
        line(41, TaskEvent::StepStarted { step: 0 }),
        line(41, TaskEvent::StepFinished { step: 0, fault: None }),
        line(41, TaskEvent::StepStarted { step: 1 }),
        line(40, TaskEvent::StepFinished { step: 1, fault: None }),
        line(40, TaskEvent::StepStarted { step: 2 }),
        line(31, TaskEvent::StepFinished { step: 2, fault: None }),
        line(31, TaskEvent::StepStarted { step: 3 }),
        line(
            3,
            TaskEvent::StepProgress {
                step: 3,
                done: None,
                total: None,
                text: "starting, 28s of 60s".to_owned(),
            },
        ),
    ] {
        running.apply(&event);
    }
    let mut done = record("mlflow", Operation::Backup, 2 * HOUR);
    for event in [
        line(2 * HOUR, started.clone()),
        line(
            2 * HOUR - 31,
            TaskEvent::Output { text: "wrote /var/lib/mcp-tui/backups/mlflow/20261120T083107".to_owned() },
        ),
        line(2 * HOUR - 31, TaskEvent::Finished { state: TaskState::Completed, fault: None }),
    ] {
        done.apply(&event);
    }
    let mut failed = record(
        "mcp",
        Operation::Restart { services: vec!["nginx".to_owned()], timeout: None, no_deps: false },
        DAY,
    );
    let fault = Fault::new(FaultKind::Conflict, "start container", "mcp-nginx-1")
        .because("port 80 is already allocated")
        .hint("find who holds it: ss -ltnp 'sport = :80'");
    for event in [
        line(DAY, started),
        line(DAY - 4, TaskEvent::Finished { state: TaskState::Failed, fault: Some(fault) }),
    ] {
        failed.apply(&event);
    }
    vec![running, done, failed]
}

fn backups() -> Vec<BackupEntry> {
    (0..4)
        .map(|day: i64| BackupEntry {
            name: ago(day * DAY + 2 * HOUR).strftime("%Y%m%dT%H%M%S").to_string(),
            stack: "mlflow".to_owned(),
            created: ago(day * DAY + 2 * HOUR),
            size_bytes: 212 << 20,
            parts: vec![BackupPart {
                path: "postgres/mlflow.dump".to_owned(),
                bytes: 212 << 20,
                sha256: "0".repeat(64),
            }],
            directory: PathBuf::from("/var/lib/mcp-tui/backups/mlflow"),
        })
        .collect()
}

fn resources() -> Resources {
    Resources {
        images: vec![
            Image {
                id: format!("sha256:{}", "a1b2".repeat(16)),
                tags: vec![Safe::new("registry.example/mcp-finetune:1.4"), Safe::new("mcp-finetune:latest")],
                size_bytes: 14 * GIB,
                created: Some(ago(20 * DAY)),
                tagged: None,
                volumes: Vec::new(),
            },
            Image {
                id: format!("sha256:{}", "c3d4".repeat(16)),
                tags: Vec::new(),
                size_bytes: 412 << 20,
                created: None,
                tagged: None,
                volumes: Vec::new(),
            },
        ],
        volumes: vec![Volume {
            name: Safe::new("mlflow_postgres_data"),
            driver: Safe::new("local"),
            mount_point: Safe::new("/var/lib/docker/volumes/mlflow_postgres_data/_data"),
            project: Some("mlflow".to_owned()),
            key: Some("postgres_data".to_owned()),
            created: Some(ago(90 * DAY)),
            size_bytes: None,
            users: None,
        }],
        networks: vec![Network {
            id: "n1".to_owned(),
            name: Safe::new("mcp_mcp-network"),
            driver: Safe::new("bridge"),
            scope: Safe::new("local"),
            project: Some("mcp".to_owned()),
            key: Some("mcp-network".to_owned()),
            subnets: vec![Safe::new("172.20.0.0/16")],
            endpoints: None,
        }],
    }
}

/// The server of the design: ten services, one replica crashing, one GPU lost.
pub fn incident() -> State {
    let mut state = quiet_server(false);
    tell(&mut state, Msg::Tasks(tasks()));
    tell(&mut state, Msg::Backups(Ok(backups())));
    tell(&mut state, Msg::Resources(Ok(resources())));
    let inference =
        crate::app::Subject::Service { project: "mcp".to_owned(), service: "mcp-inference".to_owned() };
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

fn drifts() -> BTreeMap<(String, String), Drift> {
    let mut drifts = BTreeMap::new();
    for file in stacks().iter().take(2) {
        for service in &file.services {
            let drift = match service.name.as_str() {
                "grafana" => Drift::Changed,
                "nginx" => Drift::ImageNewer,
                "server" => Drift::Unknown,
                _ => Drift::InSync,
            };
            drifts.insert((file.reference.project.clone(), service.name.clone()), drift);
        }
    }
    drifts
}

fn quiet_server(simulated: bool) -> State {
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(simulated))));
    tell(&mut state, Msg::Stacks { files: stacks(), faults: Vec::new() });
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

pub fn read_only() -> State {
    let mut state = simulated();
    press(&mut state, &["R"]);
    state
}

pub fn confirm() -> State {
    let mut state = incident();
    let mlflow = crate::app::Subject::Stack("mlflow".to_owned());
    assert!(state.panes.services.reveal(&mlflow, &state.tree));
    let effects = update(&mut state, Msg::Key("u".parse().unwrap()), now());
    answer_plan(&mut state, &effects, Ok(plan()));
    state
}

/// A plan that is longer than any card: most of a platform changes at once.
pub fn confirm_long() -> State {
    let mut state = incident();
    tell(&mut state, Msg::Resize { columns: 80, rows: 24 });
    let mcp = crate::app::Subject::Stack("mcp".to_owned());
    assert!(state.panes.services.reveal(&mcp, &state.tree));
    let effects = update(&mut state, Msg::Key("u".parse().unwrap()), now());
    answer_plan(&mut state, &effects, Ok(long_plan()));
    state
}

pub fn long_plan() -> Plan {
    let step =
        |verb, object: String, service: Option<&str>, reason: &str, downtime: Option<u64>| PlannedStep {
            verb,
            object,
            service: service.map(str::to_owned),
            reason: reason.to_owned(),
            after: Vec::new(),
            downtime: downtime.map(Duration::from_secs),
        };
    let mut steps = vec![
        step(StepVerb::CreateVolume, "mcp_loki_data".to_owned(), None, "does not exist", None),
        step(StepVerb::CreateNetwork, "mcp_logging".to_owned(), None, "does not exist", None),
    ];
    let changed = "configuration changed: image (mcp-finetune:1.4 → mcp-finetune:1.5), environment (API_MODE, LOG_LEVEL)";
    for (service, replicas, verb, reason) in [
        ("loki", 1, StepVerb::CreateContainer, "does not exist"),
        ("mcp-api", 4, StepVerb::RecreateContainer, changed),
        ("mcp-inference", 6, StepVerb::RecreateContainer, changed),
        ("mcp-scheduler", 1, StepVerb::RecreateContainer, "image changed"),
        ("minio", 1, StepVerb::Keep, "up to date"),
        ("nginx", 2, StepVerb::RecreateContainer, "configuration changed: ports, logging"),
        ("postgresql", 1, StepVerb::Keep, "up to date"),
        ("redis", 1, StepVerb::Keep, "up to date"),
    ] {
        for number in 1..=replicas {
            let object = format!("mcp-{service}-{number}");
            let downtime = (verb == StepVerb::RecreateContainer).then_some(30);
            steps.push(step(verb, object.clone(), Some(service), reason, downtime));
            if verb != StepVerb::Keep {
                steps.push(step(StepVerb::StartContainer, object, Some(service), "recreated", None));
            }
        }
    }
    Plan {
        title: "up mcp".to_owned(),
        steps,
        warnings: vec![
            "the files have no service for mcp-old-1; --remove-orphans takes them away".to_owned(),
        ],
        equivalent: "docker compose -p mcp -f /srv/stacks/mcp/compose.yaml up -d".to_owned(),
        volumes: vec!["mcp_loki_data (new)".to_owned(), "mcp_postgres_data (kept)".to_owned()],
        gpus: vec!["mcp-inference: GPU 1".to_owned()],
    }
}

pub fn answer_plan(state: &mut State, effects: &[crate::app::Effect], result: Result<Plan, Fault>) {
    let request = effects.iter().find_map(|effect| match effect {
        crate::app::Effect::RequestPlan { request, .. } => Some(*request),
        _ => None,
    });
    tell(state, Msg::Plan { request: request.unwrap(), result });
}

pub fn confirm_destroying() -> State {
    let mut state = incident();
    let mlflow = crate::app::Subject::Stack("mlflow".to_owned());
    assert!(state.panes.services.reveal(&mlflow, &state.tree));
    press(&mut state, &["D"]);
    let effects = update(&mut state, Msg::Key("tab".parse().unwrap()), now());
    let step = |verb, object: &str, downtime: Option<u64>| PlannedStep {
        verb,
        object: object.to_owned(),
        service: None,
        reason: "asked for".to_owned(),
        after: Vec::new(),
        downtime: downtime.map(Duration::from_secs),
    };
    let plan = Plan {
        title: "down mlflow".to_owned(),
        steps: vec![
            step(StepVerb::StopContainer, "mlflow-server-1", Some(10)),
            step(StepVerb::StopContainer, "mlflow-postgres-1", Some(60)),
            step(StepVerb::RemoveContainer, "mlflow-server-1", None),
            step(StepVerb::RemoveContainer, "mlflow-postgres-1", None),
            step(StepVerb::RemoveVolume, "mlflow_postgres_data", None),
            step(StepVerb::RemoveNetwork, "mlflow_default", None),
        ],
        warnings: Vec::new(),
        equivalent: "docker compose -p mlflow down --volumes".to_owned(),
        volumes: vec!["mlflow_postgres_data (deleted)".to_owned()],
        gpus: Vec::new(),
    };
    answer_plan(&mut state, &effects, Ok(plan));
    press(&mut state, &["m", "l", "f"]);
    state
}

pub fn confirm_failed() -> State {
    let mut state = incident();
    let effects = update(&mut state, Msg::Key("r".parse().unwrap()), now());
    let fault = Fault::new(FaultKind::Invalid, "read Compose file", "/srv/stacks/mcp/compose.yaml:14:7")
        .because("services.nginx.ports: expected a list")
        .hint("correct the file");
    answer_plan(&mut state, &effects, Err(fault));
    state
}

pub fn scale() -> State {
    let mut state = incident();
    press(&mut state, &["s", "4"]);
    state
}

pub fn help() -> State {
    let mut state = incident();
    press(&mut state, &["?"]);
    state
}

pub fn palette() -> State {
    let mut state = incident();
    press(&mut state, &[":", "r", "e"]);
    state
}

pub fn inspect() -> State {
    let mut state = incident();
    press(&mut state, &["i"]);
    let container = state.dialogs.iter().find_map(|dialog| match dialog {
        crate::app::dialog::Dialog::Inspect(inspect) => Some(inspect.id.clone()),
        _ => None,
    });
    let document = serde_json::json!({
        "Name": "/mcp-mcp-inference-1",
        "State": {"Status": "running", "Pid": 4000, "OOMKilled": false},
        "Config": {"Env": ["CUDA_VISIBLE_DEVICES=1", "API_TOKEN=hunter2"], "Image": "mcp-finetune:latest"},
    });
    tell(&mut state, Msg::Inspected { id: container.unwrap(), result: Ok(document) });
    state
}

pub fn searching() -> State {
    let mut state = incident();
    press(&mut state, &["3", "/", "c", "u", "d", "a", "|", "e", "r", "r", "o", "r", "enter"]);
    for _ in 0..4 {
        tell(&mut state, Msg::Wake);
    }
    press(&mut state, &["n"]);
    state
}

pub fn typing_a_filter() -> State {
    let mut state = incident();
    press(&mut state, &["1", "/", "i", "n", "f"]);
    state
}

pub fn focus(pane: PaneId) -> State {
    let mut state = incident();
    press(&mut state, &[&pane.number().to_string()]);
    state
}

pub fn zoomed(pane: PaneId) -> State {
    let mut state = focus(pane);
    press(&mut state, &["f"]);
    state
}

pub fn task_steps() -> State {
    let mut state = focus(PaneId::Tasks);
    press(&mut state, &["enter"]);
    state
}

/// An `up` that pulls one image and builds another.
pub fn task_images() -> State {
    let step = |verb, object: &str, service: &str| PlannedStep {
        verb,
        object: object.to_owned(),
        service: Some(service.to_owned()),
        reason: "not on this server".to_owned(),
        after: Vec::new(),
        downtime: None,
    };
    let steps = vec![
        step(StepVerb::Pull, "postgres:15", "postgres"),
        step(StepVerb::Build, "mlflow-server", "server"),
    ];
    let part = |name: &str, state: &str, over, bytes: Option<(u64, u64)>| StepPart {
        name: name.to_owned(),
        state: state.to_owned(),
        over,
        done: bytes.map(|(done, _)| done << 20),
        total: bytes.map(|(_, total)| total << 20),
    };
    let parts = vec![
        part("1efec37cde58", "complete", true, Some((30, 30))),
        part("79fd8ef06f99", "downloading", false, Some((12, 48))),
        part("2bd07c0a2f6e", "waiting", false, None),
    ];
    let text = "1 of 3 layers".to_owned();
    let mut pulling = record("mlflow", Operation::Up(UpOptions::default()), 42);
    for event in [
        TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 },
        TaskEvent::Planned { plan: Plan { steps, ..plan() } },
        TaskEvent::StepStarted { step: 0 },
        TaskEvent::StepStarted { step: 1 },
        TaskEvent::StepProgress { step: 0, done: Some(42 << 20), total: Some(78 << 20), text },
        TaskEvent::StepParts { step: 0, parts },
        TaskEvent::StepProgress { step: 1, done: None, total: None, text: "step 3/7 RUN make".to_owned() },
        TaskEvent::StepOutput { step: 1, text: "cc -c \u{1b}[31mserver.c".to_owned() },
    ] {
        pulling.apply(&JournalLine { time: ago(40), event });
    }
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(false))));
    tell(&mut state, Msg::Tasks(vec![pulling]));
    press(&mut state, &[&PaneId::Tasks.number().to_string(), "enter"]);
    state
}

/// The middle of a plan of forty steps.
pub fn task_long() -> State {
    let mut running = record("mcp", Operation::Up(UpOptions::default()), 42);
    let plan = long_plan();
    let done = plan.steps.len() / 2;
    let line = |seconds, event| JournalLine { time: ago(seconds), event };
    running.apply(&line(42, TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 }));
    running.apply(&line(42, TaskEvent::Planned { plan }));
    for step in 0..done {
        running.apply(&line(40, TaskEvent::StepStarted { step }));
        running.apply(&line(20, TaskEvent::StepFinished { step, fault: None }));
    }
    running.apply(&line(12, TaskEvent::StepStarted { step: done }));
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(false))));
    tell(&mut state, Msg::Tasks(vec![running]));
    press(&mut state, &[&PaneId::Tasks.number().to_string(), "enter"]);
    state
}

pub fn notices() -> State {
    let mut state = incident();
    let fault = Fault::new(FaultKind::Invalid, "read settings", "/home/ops/.config/mcp-tui/config.yaml:3:9")
        .because("keys.restart: expected a key such as `r`")
        .hint("the default is used in its place; correct the file and start again");
    tell(&mut state, Msg::Faults(vec![fault]));
    let mut ended = tasks();
    let mut running = ended.remove(0);
    running.apply(&JournalLine {
        time: now(),
        event: TaskEvent::Finished { state: TaskState::Completed, fault: None },
    });
    tell(&mut state, Msg::Task(Box::new(running)));
    state
}

/// As many containers as one server ever has, with names in many scripts.
pub fn crowd(count: usize) -> State {
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(false))));
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
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(false))));
    tell(&mut state, Msg::Fleet(FleetEvent::Listed(Vec::new())));
    tell(&mut state, Msg::Gpu(GpuSample::Absent { reason: Safe::new("no NVIDIA library on this host") }));
    tell(&mut state, Msg::Tick);
    state
}

/// Every state, by name.
pub fn all() -> Vec<(String, State)> {
    let all = vec![
        ("connecting", connecting()),
        ("incident", incident()),
        ("simulated", simulated()),
        ("no_gpu", no_gpu()),
        ("stale", stale()),
        ("no_docker", no_docker()),
        ("read_only", read_only()),
        ("confirm", confirm()),
        ("confirm_long", confirm_long()),
        ("confirm_destroying", confirm_destroying()),
        ("confirm_failed", confirm_failed()),
        ("scale", scale()),
        ("help", help()),
        ("palette", palette()),
        ("inspect", inspect()),
        ("searching", searching()),
        ("typing_a_filter", typing_a_filter()),
        ("task_steps", task_steps()),
        ("task_images", task_images()),
        ("task_long", task_long()),
        ("notices", notices()),
        ("crowd", crowd(1000)),
        ("nothing_runs", nothing_runs()),
    ];
    let mut all: Vec<_> = all.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
    for pane in PaneId::ALL {
        all.push((format!("focus_{}", pane.name()), focus(pane)));
        all.push((format!("zoomed_{}", pane.name()), zoomed(pane)));
    }
    all
}
