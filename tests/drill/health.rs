//! Docker's own health checks that cannot tell anything.

use crate::scene::{Scene, Told};

pub fn check_without_its_program(scene: &Scene) -> Told {
    scene.up("
services:
  web:
    image: mcp-tui-test/http
    labels: *seen
    stop_grace_period: 1s
    healthcheck: {test: [CMD, curl, -f, 'http://127.0.0.1:8000/health'], interval: 1s, retries: 3}
");
    Told::new(
        scene.check_failed("web"),
        "the health check of web-1 cannot run: curl is not in the image",
        [r#"exec: "curl": executable file not found"#, "its test is curl -f http://127.0.0.1:8000/health"],
    )
}

pub fn check_too_slow(scene: &Scene) -> Told {
    scene.up("
services:
  web:
    image: mcp-tui-test/http
    labels: *seen
    stop_grace_period: 1s
    healthcheck: {test: [CMD, sleep, '30'], interval: 1s, timeout: 1s, retries: 1}
");
    Told::new(
        scene.check_failed("web"),
        "the health check of web-1 takes longer than 1s",
        ["exceeded timeout", "its test is sleep 30"],
    )
}
