//! Other people's containers, and what other people's tools go by.

use crate::stack::{Stack, steps};
use crate::support::engine::docker;
use crate::support::ports;
use mcp_tui::domain::FaultKind;

pub async fn the_labels_are_those_of_docker_compose(stack: Stack) {
    stack
        .up("services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n")
        .await
        .expect("up");
    let container = format!("{}-web-1", stack.name());
    let label = |name: &str| {
        docker([
            "inspect",
            "--format",
            &format!("{{{{index .Config.Labels \"com.docker.compose.{name}\"}}}}"),
            &container,
        ])
    };
    assert_eq!(label("project"), stack.name());
    assert_eq!(label("service"), "web");
    assert_eq!(label("container-number"), "1");
    assert_eq!(label("oneoff"), "False");
    assert_eq!(label("project.config_files"), stack.file().display().to_string());
    assert_eq!(label("project.working_dir"), stack.directory.path().display().to_string());
    assert_eq!(label("config-hash").len(), 64);
    assert_eq!(label("image"), docker(["image", "inspect", "--format", "{{.Id}}", "mcp-tui-test/busybox"]));
}

pub async fn a_taken_name_is_told(stack: Stack) {
    let name = format!("{}-web-1", stack.name());
    docker(["create", "--name", &name, "mcp-tui-test/busybox", "true"]);
    let text = "services:\n  web:\n    image: mcp-tui-test/busybox\n";
    let result = stack.up(text).await;
    docker(["rm", "--force", &name]);
    let fault = result.expect_err("the name is taken");
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Conflict, name.as_str()));
    assert!(fault.hint.is_some());
    assert!(stack.docker.networks().is_empty(), "nothing half-done is left");
}

pub async fn a_taken_port_is_told(stack: Stack) {
    let holder = format!("{}-holder", stack.name());
    docker([
        "run",
        "--detach",
        "--init",
        "--name",
        &holder,
        "--publish",
        "80",
        "mcp-tui-test/busybox",
        "sleep",
        "1000",
    ]);
    let port = docker(["port", &holder, "80/tcp"]);
    let port =
        port.lines().next().and_then(|line| line.rsplit_once(':')).map_or("", |(_, port)| port).to_owned();
    let text = format!(
        "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    ports: ['{port}:80']\n"
    );
    let seen = stack.up(&text).await;
    docker(["rm", "--force", &holder]);
    let fault = seen.expect_err("the port is taken");
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Conflict, port.as_str()));
    assert!(fault.to_string().contains(&holder), "{fault}");

    // A process of the host has it: only the Engine finds out.
    let listener = std::net::TcpListener::bind(("0.0.0.0", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let text = format!(
        "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    ports: ['{port}:80']\n"
    );
    let fault = stack.up(&text).await.expect_err("the port is taken");
    assert_eq!(fault.object, format!("{}-web-1", stack.name()));
    assert!(fault.hint.as_ref().is_some_and(|hint| hint.contains("port")), "{fault:?}");
    drop(listener);
    let plan = stack.up(&text).await.expect("a second up mends it");
    assert_eq!(steps(&plan), [format!("start {}-web-1", stack.name())]);
}

pub async fn one_port_is_shared_by_ipv4_and_ipv6(stack: Stack) {
    let port = ports::take(1);
    let service = |name: &str, address: &str| {
        format!(
            "  {name}:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    ports: ['{address}{port}:80']\n"
        )
    };
    let (four, six) = (service("four", "0.0.0.0:"), service("six", "[::]:"));
    stack.up(&format!("services:\n{four}")).await.expect("up");
    stack.up(&format!("services:\n{four}{six}")).await.expect("up of the second beside the first");
    assert_eq!((stack.docker.running("four").len(), stack.docker.running("six").len()), (1, 1));
    // Without an address it would be published in both.
    let fault = stack.up(&format!("services:\n{four}{six}{}", service("all", ""))).await.expect_err("taken");
    assert_eq!((fault.kind, fault.object), (FaultKind::Conflict, port.to_string()));
}

pub async fn a_missing_image_is_told(stack: Stack) {
    let fault =
        stack.up("services:\n  web:\n    image: mcp-tui-test/nowhere:1\n").await.expect_err("no image");
    assert_eq!(fault.object, "mcp-tui-test/nowhere:1");
    assert!(fault.hint.is_some());
    assert!(stack.docker.networks().is_empty(), "nothing half-done is left");
    let never = "services:\n  web:\n    image: mcp-tui-test/nowhere:1\n    pull_policy: never\n";
    let fault = stack.up(never).await.expect_err("it may not be pulled");
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::NotFound, "mcp-tui-test/nowhere:1"));
}
