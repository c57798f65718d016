//! What is wrong with a container by itself.

use super::*;

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
fn a_crash_loop_is_past_as_soon_as_the_container_is_healthy() {
    let healthy = looping(ContainerState::Running, Some(Health::Healthy), true);
    let found = of(&[healthy], &[]);
    let told: Vec<_> = found.iter().map(|finding| (finding.severity, &*finding.title)).collect();
    assert_eq!(told, [(Severity::Warning, "postgres-1 was killed for lack of memory and started again")]);
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

#[rstest]
#[case(
    1,
    Some("Critical: api-1 is down: exit code 1 [ended 4m ago, while other containers of its stack run]")
)]
#[case(
    139,
    Some(
        "Critical: api-1 crashed: a segmentation fault [exit code 139, segmentation fault | api-1 is down: exit code 139, segmentation fault | ended 4m ago, while other containers of its stack run]"
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
    let alone = of(&[exited("api", code)], &[]);
    assert_eq!(
        alone.len(),
        usize::from(matches!(code, 1 | 139)),
        "a stack that is down as a whole was stopped by a signal"
    );
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

#[rstest]
#[case(
    "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
    "port 80 is taken",
    "ss -ltnp"
)]
#[case("listen tcp4 0.0.0.0:80: bind: address already in use", "port 80 is taken", "ss -ltnp")]
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
    "nvidia-container-cli: device error: 9: unknown device",
    "it asks for a GPU that is not there",
    "nvidia-smi -L"
)]
#[case(
    "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.6, please update your driver",
    "its image needs a newer driver of the GPU",
    "older CUDA"
)]
#[case(
    "nvidia-container-cli: initialization error: nvml error: driver not loaded",
    "the NVIDIA runtime failed",
    "nvidia-smi"
)]
#[case("exec: \"/etc/passwd\": permission denied: unknown", "its command may not be executed", "chmod +x")]
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

#[rstest]
#[case::it_ran_for_as_long_before_it_crashed(None, 100, 75, Some(Severity::Critical))]
#[case::it_runs_for_twice_as_long(None, 151, 75, Some(Severity::Warning))]
#[case::healthy_as_it_was_before(Some(Health::Healthy), 100, 75, Some(Severity::Warning))]
#[case::it_has_come_back(None, 301, 75, None)]
#[case::it_may_still_end_as_before(None, 599, 36_000, Some(Severity::Critical))]
#[case::nobody_doubts_for_an_hour(None, 601, 36_000, None)]
fn what_crashed_again_and_again_is_not_believed_before_it_has_run_for_longer(
    #[case] health: Option<Health>,
    #[case] up: u64,
    #[case] before: u64,
    #[case] expected: Option<Severity>,
) {
    let mut container = looping(ContainerState::Running, health, true);
    let started = ago(Duration::from_secs(up));
    container.details.as_mut().unwrap().started_at = Some(started);
    let ended = started - Duration::from_secs(2);
    let text = "CUDA out of memory";
    let sign = LogSign { last: ended, ..told_sign(&container, Sign::CudaOutOfMemory, text) };
    let found = findings(&Facts {
        containers: vec![&container],
        signs: vec![&sign],
        last_runs: [(&container.id, (ended - Duration::from_secs(before), ended))].into(),
        now: now(),
        ..Facts::default()
    });
    let told: Vec<_> = found.iter().map(|finding| (finding.severity, &*finding.title)).collect();
    let cause = "postgres-1 runs out of GPU memory";
    let expected: Vec<_> = expected.into_iter().map(|severity| (severity, cause)).collect();
    assert_eq!(told, expected, "what it wrote before it crashed is still the cause");
    assert!(found.iter().all(|finding| finding.holds.iter().any(|id| id.starts_with("crash-loop/"))));
}

#[test]
fn what_failed_and_came_back_is_told_for_a_while() {
    let back = |minutes, exit_code, on_request| {
        let container = with("api", |container, details| {
            container.health = Some(Health::Healthy);
            details.restart_count = 1;
            details.started_at = Some(ago(Duration::from_mins(minutes)));
            details.last_end = Some(LastEnd { exit_code, oom_killed: false, on_request });
        });
        of(&[container], &[]).iter().map(|finding| finding.title.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(back(1, 1, false), ["api-1 ended and was started again: exit code 1"]);
    let none: [&str; 0] = [];
    assert_eq!(back(6, 1, false), none, "it is well by now");
    assert_eq!(back(1, 0, false), none, "it had done what it had to do");
    assert_eq!(back(1, 143, true), none, "somebody wanted it");
}

#[test]
fn a_loop_began_with_the_first_of_the_ends_that_follow_one_another() {
    let looping = with("api", |container, details| {
        container.state = ContainerState::Restarting;
        (details.restart_count, details.exit_code) = (9, 1);
        details.finished_at = Some(ago(Duration::from_secs(1)));
    });
    let began = |seconds: &[u64]| {
        let ends = seconds.iter().map(|back| ago(Duration::from_secs(*back))).collect();
        let facts = Facts {
            containers: vec![&looping],
            ends: [(&looping.id, ends)].into(),
            now: now(),
            ..Facts::default()
        };
        findings(&facts)[0].began
    };
    assert_eq!(began(&[]), Some(ago(Duration::from_secs(1))), "no more is known");
    assert_eq!(began(&[9000, 300, 120, 60, 1]), Some(ago(Duration::from_mins(5))));
}

#[test]
fn a_main_process_that_was_killed_and_came_back_is_not_taken_for_a_child() {
    let killed = |started: Duration, ended: Duration| {
        with("mem", |container, details| {
            (container.health, details.oom_killed, details.restart_count) = (None, true, 1);
            (details.started_at, details.finished_at) = (Some(ago(started)), Some(ago(ended)));
        })
    };
    let found = of(&[killed(Duration::from_secs(119), Duration::from_mins(2))], &[]);
    assert_eq!(
        told(&found),
        [
            "Warning: mem-1 was killed for lack of memory and started again [OOMKilled: its main process was killed | \
          started again by its restart policy, 1 times in all]"
        ]
    );
    assert_eq!(found[0].evidence[0].time, Some(ago(Duration::from_mins(2))));
    let child = of(&[killed(Duration::from_mins(2), Duration::from_hours(3))], &[]);
    assert_eq!(&*child[0].title, "a process of mem-1 was killed for lack of memory");
    assert_eq!(
        of(&[killed(Duration::from_hours(3), Duration::from_hours(3))], &[]),
        [],
        "it has got over it"
    );
}

#[test]
fn behind_dockers_own_listener_the_container_is_named_that_has_the_port() {
    let failed = with("web", |container, details| {
        container.state = ContainerState::Created;
        details.error = Some(Safe::new("Bind for 0.0.0.0:8080 failed: port is already allocated"));
    });
    let mut owner = container("front");
    owner.compose.as_mut().unwrap().project = "shop".to_owned();
    owner.ports = vec![PublishedPort {
        host_address: None,
        host_port: Some(8080),
        container_port: 80,
        protocol: "tcp".to_owned(),
    }];
    let proxy = Safe::new("docker-proxy (PID 15998)");
    let advice = |containers: Vec<&Container>| {
        let facts =
            Facts { containers, listeners: [(8080, Some(&proxy))].into(), now: now(), ..Facts::default() };
        let found = findings(&facts);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].fix.as_ref().unwrap().label.to_string()
    };
    let known = advice(vec![&failed, &owner]);
    assert!(known.contains("docker stop mcp-front-1") && !known.contains("docker-proxy"), "{known}");
    let unknown = advice(vec![&failed]);
    assert!(unknown.contains("docker ps --filter publish=8080") && !unknown.contains("15998"), "{unknown}");
}
