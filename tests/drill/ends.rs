//! Containers that end, or cannot go on.

use crate::scene::{Scene, Told};
use crate::support::wait::{PATIENCE, eventually};
use jiff::Timestamp;

pub fn memory_limit(scene: &Scene) -> Told {
    scene.up(r#"
services:
  hungry:
    image: mcp-tui-test/busybox
    labels: *seen
    mem_limit: 24m
    memswap_limit: 24m
    command: [awk, 'BEGIN { text = "x"; while (1) text = text text }']
"#);
    Told::new(
        scene.ended("hungry"),
        "hungry-1 was killed for lack of memory",
        ["OOMKilled, exit code 137", "limit 24.0M"],
    )
}

pub fn wrong_command(scene: &Scene) -> Told {
    scene.up("
services:
  web:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [sh, -c, 'servr --port 8000']
");
    Told::new(
        scene.ended("web"),
        "web-1 is down: exit code 127, the command was not found",
        ["servr: not found"],
    )
}

pub fn crash_loop(scene: &Scene) -> Told {
    scene.up("
services:
  api:
    image: mcp-tui-test/busybox
    labels: *seen
    restart: always
    command: [sh, -c, 'echo INFO starting; echo FATAL no configuration at /etc/api.conf; echo INFO good bye; exit 3']
");
    Told::new(
        scene.ended("api"),
        "api-1 keeps restarting: exit code 3",
        ["by its restart policy", "FATAL no configuration at /etc/api.conf"],
    )
}

pub fn too_many_open_files(scene: &Scene) -> Told {
    scene.up(r#"
services:
  greedy:
    image: python:3.11-slim
    labels: *seen
    stop_grace_period: 1s
    ulimits: {nofile: 24}
    command:
      - python
      - -uc
      - |
        import time
        files = []
        while True:
            try:
                files.append(open("/etc/hosts"))
            except OSError as error:
                print(f"ERROR accept failed: {error}")
                time.sleep(1)
"#);
    Told::new(
        scene.wrote("greedy", "Too many open files"),
        "greedy-1 may open no more files",
        ["Too many open files: '/etc/hosts'"],
    )
}

/// A main process that waits for nobody: whatever ends behind its back stays.
pub fn zombies(scene: &Scene) -> Told {
    scene.up("
services:
  careless:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    command: [sh, -c, 'for i in $$(seq 20); do (sleep 1 &); done; exec sleep 600']
");
    let ended = eventually("twenty zombies", PATIENCE, || {
        let states = scene.exec("careless", &["sh", "-c", "cat /proc/[0-9]*/status"]);
        (states.lines().filter(|line| line.starts_with("State:\tZ")).count() == 20).then(Timestamp::now)
    });
    Told::new(
        ended,
        "careless-1 keeps 20 processes that have ended (zombies)",
        ["in the state Z", "it runs without `init`"],
    )
}
