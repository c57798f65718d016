use super::*;
use crate::domain::container::{ContainerDetails, LastEnd};
use crate::domain::host::DiskUse;
use crate::domain::{
    CheckId, ComposeLabels, ContainerId, ContainerState, FaultKind, GpuDevice, GpuReading, Health, Operation,
    Safe, StackRef, TaskId, TaskRecord, TaskSpec, TaskState, TaskTarget, Verdict, fixtures,
};
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
    CheckReport {
        id: CheckId { stack: "mcp".to_owned(), service: service.to_owned(), name: "http".to_owned() },
        label: Safe::new("http /health"),
        verdict,
        since: Some(ago(Duration::from_mins(2))),
        last_run: None,
        latency: None,
        message: Safe::new("connection refused"),
        history: Vec::new(),
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
        let evidence: Vec<_> = finding.evidence.iter().map(Safe::as_str).collect();
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
        disks: vec![DiskUse { mount_point: "/".to_owned(), used_bytes, total_bytes }],
    }
}

#[test]
fn a_healthy_server_has_none() {
    let containers = [container("api"), container("worker"), exited("migrate", 0), exited("stopped", 143)];
    let checks =
        [check("api", Verdict::Up), check("worker", Verdict::Starting), check("api", Verdict::Unknown)];
    let gpu = GpuDevice { index: 0, uuid: None, name: None, reading: Ok(GpuReading::default()) };
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

#[test]
fn a_container_out_of_memory_that_keeps_restarting_is_one_finding() {
    let inference = with("inference", |container, details| {
        container.state = ContainerState::Restarting;
        container.status = Safe::new("Restarting (137) 5 seconds ago");
        (details.exit_code, details.oom_killed, details.restart_count) = (137, true, 4);
    });
    let found = of(&[container("api"), inference.clone()], &[check("inference", Verdict::Down)]);
    assert_eq!(
        told(&found),
        ["Critical: inference-1 keeps restarting for lack of memory [OOMKilled, exit code 137, killed | \
          started again 4 times by its restart policy | Restarting (137) 5 seconds ago | \
          inference: the check http /health fails | connection refused | for 2m]"]
    );
    assert_eq!(found[0].about.container.as_ref(), Some(&inference.id));
    assert_eq!(found[0].about.stack.as_deref(), Some("mcp"));
}

#[test]
fn an_oom_mark_on_a_running_container_is_a_dead_child() {
    let found = of(&[with("api", |_, details| details.oom_killed = true)], &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(&*found[0].title, "a process of api-1 was killed for lack of memory");
}

#[test]
fn a_container_that_came_back_many_times_just_now_is_in_a_crash_loop() {
    let back = |restarts, started| {
        let container = with("api", |container, details| {
            container.health = Some(Health::Starting);
            (details.restart_count, details.started_at) = (restarts, Some(ago(started)));
        });
        of(&[container], &[]).len()
    };
    assert_eq!(back(3, Duration::from_secs(9)), 1);
    assert_eq!(back(2, Duration::from_secs(9)), 0);
    assert_eq!(back(3, Duration::from_secs(61)), 0, "it has come back");
    assert_eq!(back(50, Duration::from_hours(9)), 0);
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

#[rstest]
#[case::crashing(false, "postgres-1 keeps restarting: exit code 1")]
#[case::out_of_memory(true, "postgres-1 keeps restarting for lack of memory")]
fn a_crash_loop_is_the_same_finding_between_two_starts_and_after_one(
    #[case] oom_killed: bool,
    #[case] title: &str,
) {
    for (state, health) in [
        (ContainerState::Restarting, Some(Health::Unhealthy)),
        (ContainerState::Running, Some(Health::Starting)),
        (ContainerState::Running, None),
    ] {
        let found = of(&[looping(state, health, oom_killed)], &[]);
        let said: Vec<_> = found.iter().map(|finding| &*finding.title).collect();
        assert_eq!(said, [title], "{state:?} {health:?}");
    }
}

#[test]
fn a_crash_loop_is_over_as_soon_as_the_container_is_healthy() {
    let healthy = looping(ContainerState::Running, Some(Health::Healthy), true);
    assert_eq!(of(&[healthy], &[]), []);
}

#[rstest]
#[case::asked_for("no", true)]
#[case::not_started_again("unless-stopped", false)]
fn a_container_that_was_stopped_is_not_broken(#[case] policy: &str, #[case] on_request: bool) {
    let stopped = with("api", |container, details| {
        (container.state, container.health) = (ContainerState::Exited, None);
        (details.exit_code, details.restart_policy) = (137, policy.to_owned());
        details.last_end = Some(LastEnd { exit_code: 137, oom_killed: false, on_request });
    });
    assert_eq!(of(&[stopped, container("db")], &[]), []);
}

fn waiting(service: &str, depends_on: &[&str]) -> Container {
    let mut waiting = with(service, |container, details| {
        (container.state, container.health) = (ContainerState::Created, None);
        (details.started_at, details.finished_at) = (None, None);
    });
    let labels = waiting.compose.as_mut().unwrap();
    labels.depends_on = depends_on.iter().map(|text| (*text).to_owned()).collect();
    waiting
}

#[test]
fn a_check_of_what_was_never_started_says_what_that_waits_for() {
    let depends_on = [
        "postgres:service_healthy:false",
        "redis:service_started:false",
        "migrate:service_completed_successfully:false",
    ];
    let containers = [
        waiting("api", &depends_on),
        looping(ContainerState::Restarting, Some(Health::Unhealthy), false),
        container("redis"),
        exited("migrate", 0),
    ];
    let found = of(&containers, &[check("api", Verdict::Down)]);
    assert_eq!(
        told(&found)[1..],
        ["Warning: api waits for postgres [its container was created and has not been started]"]
    );
    let found = of(&[waiting("api", &[]), container("redis")], &[check("api", Verdict::Down)]);
    assert_eq!(&*found[0].title, "api has not been started");
}

#[rstest]
#[case(
    1,
    Some("Critical: api-1 is down: exit code 1 [ended 4m ago, while other containers of its stack run]")
)]
#[case(
    139,
    Some(
        "Critical: api-1 is down: exit code 139, segmentation fault [ended 4m ago, while other containers of its stack run]"
    )
)]
#[case(
    137,
    Some(
        "Warning: api-1 is down: exit code 137, killed [ended 4m ago, while other containers of its stack run | not for lack of memory: killed from outside, or by a stop that took too long]"
    )
)]
#[case(143, None)]
#[case(130, None)]
#[case(0, None)]
fn an_exit_counts_by_its_code(#[case] code: i64, #[case] expected: Option<&str>) {
    let found = of(&[exited("api", code), container("db")], &[]);
    assert_eq!(told(&found), expected.into_iter().map(str::to_owned).collect::<Vec<_>>());
    for finding in found {
        let request = finding.fix.unwrap().request.unwrap();
        assert_eq!(request.operation, Operation::Start { services: vec!["api".to_owned()] });
        assert!(matches!(request.target, TaskTarget::Stack(stack) if stack.project == "mcp"));
    }
    assert_eq!(of(&[exited("api", code)], &[]), [], "a stack that is down as a whole was stopped");
}

#[test]
fn an_exit_code_is_read_from_dockers_words_before_the_inspect() {
    let exited = Container {
        state: ContainerState::Exited,
        status: Safe::new("Exited (2) 3 minutes ago"),
        health: None,
        details: None,
        ..container("api")
    };
    let found = of(&[exited, container("db")], &[]);
    assert_eq!(told(&found), ["Critical: api-1 is down: exit code 2 []"]);
}

#[test]
fn an_unhealthy_container_shows_what_its_check_says_without_secrets() {
    let unhealthy = with("api", |container, details| {
        container.health = Some(Health::Unhealthy);
        details.failing_streak = 5;
        details.health_output = Some(Safe::new("cannot reach postgres://u:hunter2@db/x"));
    });
    let found = of(&[unhealthy], &[]);
    assert_eq!(
        told(&found),
        ["Critical: api-1 runs but is unhealthy [its health check failed 5 times in a row | \
          the check says: cannot reach postgres://u:••••••@db/x]"]
    );
    let request = found[0].fix.clone().unwrap().request.unwrap();
    assert_eq!(
        request.operation,
        Operation::Restart { services: vec!["api".to_owned()], timeout: None, no_deps: false }
    );
}

#[rstest]
#[case(
    "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
    "its port is taken",
    "ss -ltnp"
)]
#[case("listen tcp4 0.0.0.0:80: bind: address already in use", "its port is taken", "ss -ltnp")]
#[case("No such image: postgres:15", "its image is missing", "pull")]
#[case(
    "exec: \"serve\": executable file not found in $PATH",
    "its command does not exist in the image",
    "entrypoint"
)]
#[case("exec /run.sh: permission denied", "it lacks a permission", "mode")]
#[case(
    "could not select device driver \"nvidia\" with capabilities: [[gpu]]",
    "Docker has no driver for the GPU",
    "toolkit"
)]
#[case(
    "Are you trying to mount a directory onto a file (or vice-versa)?",
    "a mounted file is missing on the host",
    "file there"
)]
fn a_start_error_is_named_by_its_cause(#[case] error: &str, #[case] why: &str, #[case] advice: &str) {
    let failed = with("web", |container, details| {
        container.state = ContainerState::Created;
        details.error = Some(Safe::new(error));
    });
    let found = of(&[failed, container("db")], &[]);
    assert_eq!(told(&found), [format!("Critical: web-1 does not start: {why} [{error}]")]);
    assert!(found[0].fix.as_ref().unwrap().label.contains(advice), "{found:?}");
}

#[test]
fn an_old_start_error_of_a_running_container_is_history() {
    assert_eq!(of(&[with("web", |_, details| details.error = Some(Safe::new("x")))], &[]), []);
}

#[test]
fn a_check_that_fails_on_its_own_is_a_finding_and_worse_than_a_slow_one() {
    let found = of(&[container("api")], &[check("db", Verdict::Degraded), check("api", Verdict::Down)]);
    assert_eq!(
        told(&found),
        [
            "Critical: api: the check http /health fails [connection refused | for 2m]",
            "Warning: db: the check http /health is slow or only partly answered [connection refused | for 2m]",
        ]
    );
}

#[test]
fn a_lost_gpu_is_named_beside_the_healthy_ones() {
    let device = |index, reading| GpuDevice { index, uuid: None, name: Some(Safe::new("A100")), reading };
    let lost = device(2, Err(Safe::new("GPU is lost")));
    let gpus = GpuSample::Devices(vec![device(0, Ok(GpuReading::default())), lost]);
    let found = findings(&Facts { gpus: Some(&gpus), ..Facts::default() });
    assert_eq!(
        told(&found),
        ["Critical: GPU 2 gives no readings: GPU is lost [GPU 2 (A100): GPU is lost; 1 of 2 GPUs answer]"]
    );
    assert!(found[0].fix.as_ref().unwrap().label.contains("Xid"));
    let failed = GpuSample::Failed(Fault::new(FaultKind::Conflict, "read GPUs", "").hint("reboot"));
    let found = findings(&Facts { gpus: Some(&failed), ..Facts::default() });
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "reboot");
}

#[rstest]
#[case(90, Some(Severity::Warning))]
#[case(97, Some(Severity::Critical))]
#[case(89, None)]
fn a_full_disk_is_noticed(#[case] percent: u64, #[case] severity: Option<Severity>) {
    let host = host(percent << 30, 100 << 30);
    let found = findings(&Facts { host: Some(&host), ..Facts::default() });
    assert_eq!(found.first().map(|finding| finding.severity), severity);
    assert!(found.iter().all(|finding| finding.evidence[0].contains("of 100G free")), "{found:?}");
}

#[test]
fn a_disk_without_a_size_is_no_disk() {
    let host = host(0, 0);
    assert_eq!(findings(&Facts { host: Some(&host), ..Facts::default() }), []);
}

#[test]
fn a_daemon_that_is_away_comes_first() {
    let fault = Fault::new(FaultKind::Unreachable, "connect to", "unix:///var/run/docker.sock")
        .because("connection refused")
        .hint("start it: systemctl start docker");
    let stopped = exited("api", 1);
    let running = container("db");
    let found = findings(&Facts {
        containers: vec![&stopped, &running],
        daemon: Some(&fault),
        now: now(),
        ..Facts::default()
    });
    assert_eq!(found[0].id, "daemon/docker");
    assert!(found[0].evidence[0].contains("connection refused"));
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "start it: systemctl start docker");
}

#[test]
fn a_container_outside_of_stacks_is_mended_by_itself() {
    let lone = Container {
        compose: None,
        ..with("lone", |container, _| container.health = Some(Health::Unhealthy))
    };
    let found = of(std::slice::from_ref(&lone), &[]);
    let request = found[0].fix.clone().unwrap().request.unwrap();
    let target = TaskTarget::Container { id: lone.id, name: "mcp-lone-1".to_owned(), stack: None };
    assert_eq!(request.target, target);
}

#[test]
fn a_stack_file_that_cannot_be_read_is_one_finding_with_all_complaints() {
    let complaint = |place: &str, text: &str| Fault::new(FaultKind::Invalid, "read", place).because(text);
    let faults = [
        complaint("/etc/stacks/web/compose.yaml:3:5", "services.a.image: expected text, found a list"),
        complaint("/etc/stacks/web/compose.yaml:9:2", "x: unknown key"),
        complaint("/etc/stacks/db/compose.yaml", "No such file or directory"),
    ];
    let found = findings(&Facts { stack_faults: faults.iter().collect(), now: now(), ..Facts::default() });
    assert_eq!(
        told(&found),
        [
            "Warning: the stack file /etc/stacks/db/compose.yaml cannot be read \
             [/etc/stacks/db/compose.yaml: No such file or directory]",
            "Warning: the stack file /etc/stacks/web/compose.yaml cannot be read \
             [/etc/stacks/web/compose.yaml:3:5: services.a.image: expected text, found a list | \
             /etc/stacks/web/compose.yaml:9:2: x: unknown key]",
        ]
    );
    assert!(found[1].fix.as_ref().unwrap().label.contains("correct the file"));
}

fn task(stack: &str, state: TaskState, back: Duration) -> TaskRecord {
    let mut record = TaskRecord::new(TaskSpec {
        id: TaskId(stack.to_owned()),
        operation: Operation::Backup,
        target: TaskTarget::Stack(StackRef {
            project: stack.to_owned(),
            files: Vec::new(),
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
        }),
        requested_by: "root".to_owned(),
        requested_from: None,
        requested_at: ago(back),
        endpoint: String::new(),
    });
    record.state = state;
    record.finished = Some(ago(back));
    record.fault = (state == TaskState::Failed).then(|| {
        Fault::new(FaultKind::Exhausted, "write", "/backup").because("no space left").hint("make room")
    });
    record
}

#[rstest]
#[case::failed(&[(TaskState::Failed, 1)], 1)]
#[case::interrupted(&[(TaskState::Interrupted, 1)], 1)]
#[case::mended(&[(TaskState::Completed, 1), (TaskState::Failed, 2)], 0)]
#[case::failed_after(&[(TaskState::Failed, 1), (TaskState::Completed, 2)], 1)]
#[case::failed_twice(&[(TaskState::Failed, 1), (TaskState::Failed, 2)], 1)]
#[case::tried_again(&[(TaskState::Running, 1), (TaskState::Failed, 2)], 1)]
#[case::long_ago(&[(TaskState::Failed, 25)], 0)]
fn a_task_that_failed_is_a_finding_until_one_succeeds(
    #[case] newest_first: &[(TaskState, u64)],
    #[case] count: usize,
) {
    let records: Vec<TaskRecord> =
        newest_first.iter().map(|(state, hours)| task("mcp", *state, Duration::from_hours(*hours))).collect();
    let other = task("web", TaskState::Completed, Duration::ZERO);
    let tasks = std::iter::once(&other).chain(&records).collect();
    let found = findings(&Facts { tasks, now: now(), ..Facts::default() });
    assert_eq!(found.len(), count, "{:?}", told(&found));
}

#[test]
fn a_failed_task_shows_its_fault_and_its_hint() {
    let failed = task("mcp", TaskState::Failed, Duration::from_mins(5));
    let found = findings(&Facts { tasks: vec![&failed], now: now(), ..Facts::default() });
    assert_eq!(
        told(&found),
        [
            "Warning: backup of mcp failed [write /backup: no space left | 5m ago; no later task of mcp was done]"
        ]
    );
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "make room");
    assert_eq!(found[0].about.stack.as_deref(), Some("mcp"));
}
