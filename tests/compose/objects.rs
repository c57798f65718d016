//! Networks, volumes and what goes into a container.

use crate::stack::{Stack, down};
use crate::support::engine::{docker, inspect};
use crate::support::wait;
use serde_json::json;
use std::process::Command;

const KEEPER: &str = "services:\n  db:\n    image: redis:7-alpine\n    volumes: ['data:/data']\n    networks: [back]\n    stop_grace_period: 5s\n\
                      volumes:\n  data:\nnetworks:\n  back:\n";

pub async fn down_leaves_only_data(stack: Stack) {
    stack.up(KEEPER).await.expect("up");
    let container = format!("{}-db-1", stack.name());
    redis_says(&container, "ping", "PONG");
    docker(["exec", &container, "redis-cli", "set", "key", "kept"]);
    docker(["exec", &container, "redis-cli", "save"]);
    let plan = stack.take(&down(false)).await.expect("down");
    assert_eq!(plan.summary().volumes, [format!("{}_data (kept)", stack.name())]);
    assert!(stack.docker.containers().is_empty());
    assert!(stack.docker.networks().is_empty());
    assert_eq!(stack.docker.volumes(), [format!("{}_data", stack.name())]);
    stack.up(KEEPER).await.expect("up again");
    redis_says(&container, "get key", "kept");
}

/// Waits for the answer, for Redis listens only a moment after it was started.
fn redis_says(container: &str, command: &str, answer: &str) {
    let what = format!("{container} answers {answer}");
    wait::eventually(&what, wait::PATIENCE, || {
        let words = command.split(' ');
        let output =
            Command::new("docker").args(["exec", container, "redis-cli"]).args(words).output().ok()?;
        (String::from_utf8_lossy(&output.stdout).trim() == answer).then_some(())
    });
}

pub async fn down_with_volumes_leaves_nothing(stack: Stack) {
    stack.up(KEEPER).await.expect("up");
    stack.take(&down(true)).await.expect("down");
    assert!(stack.docker.containers().is_empty());
    assert!(stack.docker.networks().is_empty());
    assert!(stack.docker.volumes().is_empty());
    stack.take(&down(true)).await.expect("nothing to take down is fine");
}

/// Whatever user the container runs as.
pub async fn files_belong_to_whom_the_project_says(stack: Stack) {
    stack
        .up("services:\n  web:\n    image: mcp-tui-test/busybox\n    command: ['sleep', '1000']\n    init: true\n    user: '1234:1235'\n    \
             configs: [{source: own, target: /etc/own.conf, uid: '1005', gid: '1006', mode: 0444}, {source: own, target: /etc/roots.conf}]\n\
             configs: {own: {content: written}}\n")
        .await
        .expect("up");
    let container = format!("{}-web-1", stack.name());
    let owners = docker(["exec", &container, "stat", "-c", "%u:%g", "/etc/own.conf", "/etc/roots.conf"]);
    assert_eq!(owners, "1005:1006\n0:0");
    assert_eq!(docker(["exec", &container, "cat", "/etc/own.conf"]), "written");
}

pub async fn files_and_settings_arrive(stack: Stack) {
    stack.write("secret.txt", "hush");
    stack.write("app.conf", "setting");
    stack
        .up("services:\n  web:\n    image: mcp-tui-test/busybox\n    command: ['sleep', '1000']\n    init: true\n    hostname: box\n    user: '1234'\n    \
             working_dir: /tmp\n    environment: {GREETING: \"it's $$5 & <more>\", EMPTY: ''}\n    labels: {mine: 'yes'}\n    \
             extra_hosts: ['elsewhere:10.1.2.3']\n    tmpfs: /scratch\n    cap_drop: [ALL]\n    read_only: true\n    \
             ulimits: {nofile: 512}\n    mem_limit: 64m\n    shm_size: 8m\n    stop_signal: SIGINT\n    stop_grace_period: 3s\n    \
             restart: on-failure:2\n    logging: {driver: json-file, options: {max-size: 1m}}\n    secrets: [key]\n    \
             configs: [{source: conf, target: /etc/app.conf}]\n    networks: {front: {aliases: [shop]}, back: }\n\
             networks: {front: , back: {internal: true}}\n\
             secrets: {key: {file: ./secret.txt}}\nconfigs: {conf: {file: ./app.conf}}\n")
        .await
        .expect("up");
    let container = format!("{}-web-1", stack.name());
    let run = |line: &str| docker(["exec", &container, "sh", "-c", line]);
    assert_eq!(run("cat /run/secrets/key /etc/app.conf"), "hushsetting");
    assert_eq!(run("echo \"$GREETING\"; hostname; id -u; pwd"), "it's $5 & <more>\nbox\n1234\n/tmp");
    assert_eq!(run("grep elsewhere /etc/hosts | cut -f1"), "10.1.2.3");
    let found = inspect(&container).expect("the container");
    let at = |path: &str| found.pointer(path).cloned().unwrap_or_default();
    assert_eq!(at("/HostConfig/Memory"), json!(64 << 20));
    assert_eq!(at("/HostConfig/RestartPolicy"), json!({"Name": "on-failure", "MaximumRetryCount": 2}));
    assert_eq!(at("/Config/StopTimeout"), json!(3));
    assert_eq!(at("/Config/StopSignal"), json!("SIGINT"));
    assert_eq!(at("/Config/Labels/mine"), json!("yes"));
    let networks = at("/NetworkSettings/Networks");
    let names: Vec<&String> = networks.as_object().expect("networks").keys().collect();
    assert_eq!(names, [&format!("{}_back", stack.name()), &format!("{}_front", stack.name())]);
    let aliases = networks[format!("{}_front", stack.name())]["Aliases"].to_string();
    assert!(["shop", "web", container.as_str()].iter().all(|alias| aliases.contains(alias)), "{aliases}");
    assert!(stack.plan(&crate::stack::up(&[])).await.expect("a plan").summary().is_empty());
}

const PLAIN: &str = "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: ['sleep', '1000']\n    init: true\n    \
                     volumes: ['data:/data']\n    networks: [front]\nvolumes:\n  data: SETTINGS\nnetworks:\n  front: SETTINGS\n";

/// docker compose 2.26 leaves both as they are and says nothing of it.
pub async fn a_changed_network_or_volume_is_told_and_left_as_it_is(stack: Stack) {
    stack.up(&PLAIN.replace("SETTINGS", "{}")).await.expect("up");
    let network = || {
        let name = format!("{}_front", stack.name());
        docker(["network", "inspect", "--format", "{{.Id}}", &name])
    };
    let before = network();
    let changed = PLAIN.replacen("SETTINGS", "{labels: {tier: gold}}", 1).replace(
        "SETTINGS",
        "{internal: true, attachable: true, labels: {team: shop}, driver_opts: {com.docker.network.bridge.name: mcptest0}, \
         ipam: {config: [{subnet: 10.213.77.0/24, gateway: 10.213.77.9}]}}",
    );
    let plan = stack.up(&changed).await.expect("up again");
    assert!(plan.summary().is_empty(), "{:?}", crate::stack::steps(&plan));
    let warnings = plan.summary().warnings.join("\n");
    for words in
        ["not internal", "not attachable", "label team", "bridge.name", "not 10.213.77.0/24", "label tier"]
    {
        assert!(warnings.contains(words), "{words} is not in {warnings}");
    }
    assert_eq!(network(), before);

    stack.take(&down(true)).await.expect("down");
    stack.take(&crate::stack::up(&[])).await.expect("up anew");
    let plan = stack.plan(&crate::stack::up(&[])).await.expect("a plan");
    assert_eq!(
        plan.summary().warnings,
        Vec::<String>::new(),
        "what the Engine made of it is what was asked for"
    );
}
