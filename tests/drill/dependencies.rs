//! Services that are not started because of others, which are the ones to be named.

use crate::scene::{Scene, Told};

pub fn unhealthy_dependency(scene: &Scene) -> Told {
    let failed = scene.fails("
services:
  db:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    command: [sleep, '600']
    healthcheck: {test: [CMD-SHELL, 'echo no table named jobs; exit 1'], interval: 1s, timeout: 20s, retries: 2}
  api:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    command: [sleep, '600']
    depends_on: {db: {condition: service_healthy}}
");
    Told::new(
        failed,
        "db-1 runs but is unhealthy",
        ["no table named jobs", "api was not started: it waits for db"],
    )
}

pub fn dependency_that_exited(scene: &Scene) -> Told {
    let failed = scene.fails(
        "
services:
  migrate:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [sh, -c, 'echo INFO migrating; echo ERROR relation jobs exists already; exit 1']
  api:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [sleep, '600']
    depends_on: {migrate: {condition: service_completed_successfully}}
",
    );
    Told::new(
        failed,
        "migrate-1 is down: exit code 1",
        ["ERROR relation jobs exists already", "api was not started: it waits for migrate"],
    )
}
