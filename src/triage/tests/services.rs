//! Checks, and services that need one another.

use super::*;

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
    let explained: Vec<&str> = found[0].explains.iter().map(|title| &**title).collect();
    assert_eq!((found.len(), explained), (1, vec!["api was not started: it waits for postgres"]));
    let found = of(&[waiting("api", &[]), container("redis")], &[check("api", Verdict::Down)]);
    assert_eq!(&*found[0].title, "api has not been started");
    let mut new = waiting("api", &[]);
    new.created = Some(ago(Duration::from_secs(2)));
    assert_eq!(of(&[new, container("redis")], &[check("api", Verdict::Down)]), [], "its start is under way");
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

#[test]
fn the_fix_of_one_replica_leaves_the_others_alone() {
    let replica = |number: u32| fixtures::replica("mcp", "api", number);
    let (first, mut second) = (replica(1), replica(2));
    second.health = Some(Health::Unhealthy);
    let found = of(&[first, second.clone()], &[]);
    let request = found[0].fix.clone().unwrap().request.unwrap();
    assert!(matches!(&request.target, TaskTarget::Container { id, .. } if *id == second.id), "{request:?}");
    assert!(request.operation.services().is_empty(), "{request:?}");
}

#[test]
fn a_check_that_fails_on_its_own_is_a_finding_and_worse_than_a_slow_one() {
    let found = of(&[container("api")], &[check("db", Verdict::Degraded), check("api", Verdict::Down)]);
    assert_eq!(
        told(&found),
        [
            "Critical: api: the check http /health fails [connection refused | for 2m | Docker's own health check passes: one of the two asks for the wrong thing]",
            "Warning: db: the check http /health is slow or only partly answered [connection refused | for 2m]",
        ]
    );
}

#[test]
fn a_dead_database_explains_what_needs_it() {
    let database = exited("postgres", 1);
    let needing = |service: &str, change: fn(&mut Container, &mut ContainerDetails)| {
        with(service, |container, details| {
            container.health = Some(Health::Unhealthy);
            change(container, details);
        })
    };
    let api = needing("api", |container, _| {
        container.compose.as_mut().unwrap().depends_on = vec!["postgres:service_healthy:false".to_owned()];
    });
    let worker =
        needing("worker", |_, details| details.environment = vec!["API=http://api:8000/v1".to_owned()]);
    let lone = needing("lone", |_, _| {});
    let found = of(&[worker, api, lone, database], &[check("api", Verdict::Down)]);
    let titles: Vec<&str> = found.iter().map(|finding| &*finding.title).collect();
    assert_eq!(titles, ["postgres-1 is down: exit code 1", "lone-1 runs but is unhealthy"]);
    let explained: Vec<&str> = found[0].explains.iter().map(|title| &**title).collect();
    assert_eq!(
        explained,
        [
            "worker-1 runs but is unhealthy",
            "api-1 runs but is unhealthy",
            "api: the check http /health fails"
        ]
    );
}

#[test]
fn two_checks_that_disagree_are_told_together() {
    let unhealthy = with("api", |container, _| container.health = Some(Health::Unhealthy));
    let says_of = |containers: &[Container], check: CheckReport| {
        let found = of(containers, &[check]);
        found
            .iter()
            .flat_map(|finding| &finding.evidence)
            .any(|line| line.text.contains("asks for the wrong thing"))
    };
    let says = |containers: &[Container], verdict| says_of(containers, check("api", verdict));
    assert!(says(&[container("api")], Verdict::Down));
    assert!(says(std::slice::from_ref(&unhealthy), Verdict::Up));
    assert!(!says(std::slice::from_ref(&unhealthy), Verdict::Down));
    // Of several replicas one may be unhealthy: Docker does not contradict itself.
    let dockers = |verdict| CheckReport { label: Safe::new("docker"), ..check("api", verdict) };
    assert!(!says_of(&[container("api")], dockers(Verdict::Down)));
    assert!(!says_of(&[unhealthy], dockers(Verdict::Up)));
}

#[test]
fn a_failing_check_began_with_its_first_failure_and_says_its_last_line() {
    let run = |back: u64, exit_code: i64| HealthRun {
        began: Some(ago(Duration::from_secs(back))),
        ended: Some(ago(Duration::from_secs(back - 1))),
        exit_code,
        output: Safe::default(),
    };
    let unhealthy = with("api", |container, details| {
        container.health = Some(Health::Unhealthy);
        details.failing_streak = 2;
        details.health_runs = vec![run(60, 0), run(40, 1), run(20, 1)];
        details.health_output =
            Some(Safe::new("Traceback (most recent call last):\n  x\n  ^^^^\nURLError: refused\n"));
    });
    let dockers = CheckReport {
        label: Safe::new("docker"),
        since: Some(now()),
        history: vec![Verdict::Down],
        ..check("api", Verdict::Down)
    };
    let found = of(&[unhealthy], &[dockers]);
    assert_eq!(found[0].began, Some(ago(Duration::from_secs(40))));
    let texts: Vec<&str> = found[0].evidence.iter().map(|line| &*line.text).collect();
    assert!(texts.contains(&"the check says: URLError: refused"), "{texts:?}");
    assert!(texts.contains(&"for 40s"), "{texts:?}");
}

#[test]
fn who_has_never_seen_it_otherwise_does_not_say_when_it_began() {
    let fresh = CheckReport { history: vec![Verdict::Down; 2], ..check("api", Verdict::Down) };
    let seen = CheckReport { history: vec![Verdict::Up, Verdict::Down], ..fresh.clone() };
    let says = |check: CheckReport| told(&of(&[container("api")], &[check])).join("");
    assert!(says(fresh).contains("| for at least 2m |"));
    assert!(says(seen).contains("| for 2m |"));
}

fn needing(service: &str, needed: &str, condition: &str) -> Container {
    let mut needing = container(service);
    needing.compose.as_mut().unwrap().depends_on = vec![format!("{needed}:{condition}:false")];
    needing
}

fn stopped(service: &str) -> Container {
    with(service, |container, details| {
        (container.state, container.health) = (ContainerState::Exited, None);
        details.finished_at = Some(ago(Duration::from_mins(2)));
        details.last_end =
            Some(crate::domain::container::LastEnd { exit_code: 0, oom_killed: false, on_request: true });
    })
}

#[test]
fn what_others_need_is_missed_also_when_somebody_stopped_it() {
    let found = of(&[stopped("db"), needing("api", "db", "service_healthy")], &[check("api", Verdict::Down)]);
    let told: Vec<_> = found.iter().map(|finding| (finding.severity, &*finding.title)).collect();
    assert_eq!(told, [(Severity::Critical, "db is stopped, and api needs it")]);
    assert_eq!(found[0].explains.len(), 1, "that api fails comes of it");
    let start = found[0].fix.clone().unwrap().request.unwrap().operation;
    assert_eq!(start, Operation::Start { services: vec!["db".to_owned()] });
    // Nobody misses what nobody needs, nor a job that is done.
    assert_eq!(of(&[stopped("db"), container("api")], &[]), []);
    let job = [exited("migrate", 0), needing("api", "migrate", "service_completed_successfully")];
    assert_eq!(of(&job, &[]), []);
}

#[test]
fn a_replica_that_is_gone_without_an_error_is_missed() {
    let mut second = stopped("api");
    second.compose.as_mut().unwrap().number = Some(2);
    second.id = crate::domain::ContainerId("second".to_owned());
    let found = of(&[container("api"), second], &[]);
    assert_eq!(told(&found), ["Warning: api: 1 of 2 replicas run [api-2 was stopped on request 2m ago]"]);
}

#[test]
fn what_is_paused_is_let_go_on() {
    let paused = with("redis", |container, _| container.state = ContainerState::Paused);
    let found = of(&[paused, needing("api", "redis", "service_started")], &[check("redis", Verdict::Down)]);
    let titles: Vec<_> = found.iter().map(|finding| (finding.severity, &*finding.title)).collect();
    assert_eq!(titles, [(Severity::Critical, "redis is paused")]);
    let unpause = found[0].fix.clone().unwrap().request.unwrap().operation;
    assert_eq!(unpause, Operation::Unpause { services: vec!["redis".to_owned()] });
}
