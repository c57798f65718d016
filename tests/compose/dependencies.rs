//! `depends_on` in its conditions, with a real Redis.

use crate::stack::Stack;
use crate::support::engine::docker;
use mcp_tui::domain::{DownOptions, Operation};

fn started(name: &str) -> String {
    docker(["inspect", "--format", "{{.State.StartedAt}}", name])
}

pub async fn waits_for_health(stack: Stack) {
    let text = "services:\n  redis:\n    image: redis:7-alpine\n    healthcheck: {test: redis-cli ping, interval: 1s, retries: 20}\n  \
                web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    depends_on:\n      redis: {condition: service_healthy}\n";
    stack.up(text).await.expect("up");
    assert_eq!(stack.docker.health("redis").as_deref(), Some("healthy"));
    let (redis, web) = (format!("{}-redis-1", stack.name()), format!("{}-web-1", stack.name()));
    assert!(started(&redis) < started(&web));
    assert_eq!(docker(["exec", &redis, "redis-cli", "ping"]), "PONG");
}

pub async fn waits_for_completion(stack: Stack) {
    let text = "services:\n  job:\n    image: mcp-tui-test/busybox\n    command: sh -c 'echo made > /shared/file'\n    volumes: ['shared:/shared']\n  \
                web:\n    image: mcp-tui-test/busybox\n    command: sh -c 'test -e /shared/file && sleep 1000'\n    init: true\n    volumes: ['shared:/shared']\n    \
                depends_on:\n      job: {condition: service_completed_successfully}\nvolumes:\n  shared:\n";
    stack.up(text).await.expect("up");
    assert_eq!(stack.docker.running("web").len(), 1);
    let failing = text.replace("echo made > /shared/file", "exit 3");
    let fault = stack.up(&failing).await.expect_err("the job fails");
    assert!(fault.to_string().contains("-job-1: it ended with exit code 3"), "{fault}");
    assert!(fault.hint.is_some_and(|hint| hint.contains("mcp-tui") && hint.contains(" logs job")));
}

pub async fn an_unhealthy_dependency_is_named(stack: Stack) {
    let text = "services:\n  sick:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    \
                healthcheck: {test: 'echo not well; false', interval: 1s, retries: 1}\n  \
                web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    depends_on:\n      sick: {condition: service_healthy}\n";
    let fault = stack.up(text).await.expect_err("it is never healthy");
    assert!(fault.object.ends_with("-sick-1") && fault.to_string().contains("not well"), "{fault}");
    assert!(stack.docker.running("web").is_empty());
    assert_eq!(stack.docker.running("sick").len(), 1, "what was started stays");
}

pub async fn nothing_stops_before_what_needs_it_has_ended(stack: Stack) {
    let text = "services:\n  db: &sleeper\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n  \
                api:\n    <<: *sleeper\n    depends_on: [db]\n    deploy: {replicas: 2}\n  web:\n    <<: *sleeper\n    depends_on: [api]\n";
    stack.up(text).await.expect("up");
    let began = docker(["info", "--format", "{{.SystemTime}}"]);
    stack.take(&Operation::Down(DownOptions::default())).await.expect("down");
    let until = docker(["info", "--format", "{{.SystemTime}}"]);
    let label = format!("label=com.docker.compose.project={}", stack.name());
    let service = "{{.Action}} {{index .Actor.Attributes \"com.docker.compose.service\"}}";
    let events =
        docker(["events", "--since", &began, "--until", &until, "--filter", &label, "--format", service]);
    let place = |what: &str| {
        let places = events.lines().enumerate().filter(|(_, line)| *line == what).map(|(place, _)| place);
        places.collect::<Vec<_>>()
    };
    assert_eq!(place("die api").len(), 2, "{events}");
    assert!(place("die web").last() < place("kill api").first(), "{events}");
    assert!(place("die api").last() < place("kill db").first(), "{events}");
    assert!(stack.docker.containers().is_empty(), "nothing is left");
}

pub async fn a_crashing_dependency_is_named_with_its_last_words(stack: Stack) {
    let text = "services:\n  db:\n    image: mcp-tui-test/busybox\n    restart: unless-stopped\n    \
                command: [sh, -c, 'echo postgres://u:hunter2@db/x; echo \"/run/secrets/db: Permission denied\"; exit 1']\n    \
                healthcheck: {test: 'true', interval: 60s}\n  \
                web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    depends_on:\n      db: {condition: service_healthy}\n";
    let fault = stack.up(text).await.expect_err("it never runs");
    let said = fault.to_string();
    assert!(fault.object.ends_with("-db-1") && said.contains("exit code 1"), "{said}");
    assert!(said.contains("/run/secrets/db: Permission denied"), "{said}");
    assert!(!said.contains("unhealthy") && !said.contains("hunter2"), "{said}");
}
