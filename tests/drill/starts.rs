//! Containers that the daemon does not start, or does not even make.

use crate::scene::{Scene, Told};
use crate::support::ports;
use std::net::TcpListener;

pub fn missing_command(scene: &Scene) -> Told {
    let failed = scene.fails(
        "
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [servr, --port, '8000']
",
    );
    Told::new(
        failed,
        "web-1 does not start: its command does not exist in the image",
        [r#"exec: "servr": executable file not found in $PATH"#, "servr --port 8000"],
    )
}

pub fn not_executable(scene: &Scene) -> Told {
    let failed = scene.fails(
        "
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [/etc/passwd]
",
    );
    Told::new(
        failed,
        "web-1 does not start: its command may not be executed",
        [r#"exec: "/etc/passwd": permission denied"#],
    )
}

pub fn port_of_a_process(scene: &Scene) -> Told {
    let port = ports::take(1);
    let listener = TcpListener::bind(("0.0.0.0", port)).expect("a free port");
    let failed = scene.fails(&web_at(port));
    Told::new(
        failed,
        format!("web-1 does not start: port {port} is taken"),
        ["address already in use", &format!("(PID {}) listens on port {port}", std::process::id())],
    )
    .or(format!("up of {} failed: port {port} is taken", scene.project.name))
    .keeping(listener)
}

pub fn port_of_a_container(scene: &Scene) -> Told {
    let port = ports::take(1);
    let owner = scene.run("owner", &["--publish", &format!("{port}:8000"), "mcp-tui-test/http"]);
    let failed = scene.fails(&web_at(port));
    Told::new(
        failed,
        format!("up of {} failed: port {port} is taken", scene.project.name),
        [&format!("and the container {owner} has it")],
    )
}

fn web_at(port: u16) -> String {
    format!(
        "
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    ports: ['{port}:80']
    command: [sleep, '600']
"
    )
}

pub fn name_conflict(scene: &Scene) -> Told {
    let taken = scene.run("taken", &["mcp-tui-test/busybox", "true"]);
    let failed = scene.fails(&format!(
        "
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    container_name: {taken}
    command: [sleep, '600']
"
    ));
    Told::new(
        failed,
        format!("up of {} failed: the container's name is taken", scene.project.name),
        ["has this name already", &format!("{taken} belongs to the stack {}", scene.others.name)],
    )
}

pub fn image_missing(scene: &Scene) -> Told {
    let failed = scene.fails(
        "
services:
  web:
    image: mcp-tui-test/nowhere:1
    labels: *seen
    pull_policy: never
",
    );
    Told::new(
        failed,
        format!("up of {} failed: its image is missing", scene.project.name),
        ["mcp-tui-test/nowhere:1"],
    )
}

pub fn directory_onto_a_file(scene: &Scene) -> Told {
    std::fs::create_dir_all(scene.workplace.path("work/settings")).expect("a directory");
    let source = scene.workplace.path("work/settings");
    let failed = scene.fails(&format!(
        "
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    volumes: ['{}:/etc/passwd']
    command: [sleep, '600']
",
        source.display()
    ));
    Told::new(
        failed,
        "web-1 does not start: a mounted file is missing on the host",
        ["Are you trying to mount a directory onto a file", &source.to_string_lossy()],
    )
}
