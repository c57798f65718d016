//! Restores of stacks that are not well: nobody asks more of a service than it was before, and one that does not come up
//! keeps no other one down.

use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};

const STACK: &str = r#"
services:
  ailing:
    image: mcp-tui-test/http
    environment: {HEALTH: "503"}
    volumes: ["files:/files"]
    stop_grace_period: 1s
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8000/health"]
      interval: 1s
      timeout: 3s
      retries: 1
  brittle:
    image: mcp-tui-test/busybox
    entrypoint: ["sh", "-c", "test ! -e /breaks && exec sleep 100000"]
    volumes: ["files:/files"]
    stop_grace_period: 1s
    depends_on: [ailing]
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    volumes: ["files:/files"]
    stop_grace_period: 1s
    depends_on: [brittle]
volumes:
  files:
"#;

struct Ward {
    workplace: Workplace,
    project: Project,
}

impl Ward {
    fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(arguments);
        finish(command, &arguments.join(" "))
    }

    fn inside(&self, service: &str, line: &str) -> String {
        let container =
            self.project.running(service).pop().unwrap_or_else(|| panic!("{service} does not run"));
        docker(["exec", &container, "sh", "-c", line])
    }
}

pub fn a_service_that_is_not_well() {
    let ward = Ward { workplace: Workplace::new(), project: Project::new("unwell") };
    ward.workplace.stack(&ward.project.name, STACK);
    ward.run(["up"]).succeeded("up");
    ward.inside("web", "echo then > /files/note");
    ward.run(["backup", "create"]).succeeded("backup");
    ward.inside("web", "echo now > /files/note");
    eventually("an unhealthy service", PATIENCE, || {
        (ward.project.health("ailing").as_deref() == Some("unhealthy")).then_some(())
    });

    let restored = ward.run(["backup", "restore", "latest", "--yes"]).succeeded("restore");
    assert!(restored.stdout.contains("it was not well before, either"), "{}", restored.stdout);
    assert_eq!(ward.inside("web", "cat /files/note"), "then");
    ward.run(["backup", "undo", "--yes"]).succeeded("undo");
    assert_eq!(ward.inside("web", "cat /files/note"), "now");
    ward.run(["backup", "accept", "--yes"]).succeeded("accept what was undone");

    // It was well, and does not come up again, whatever lies in the volume.
    ward.inside("brittle", "touch /breaks");
    ward.run(["backup", "restore", "latest", "--yes"])
        .failed(7, ["brittle-1", "all data is as it was before"]);
    for service in ["ailing", "web"] {
        assert_eq!(ward.inside(service, "cat /files/note"), "now", "{service}");
    }
    assert_eq!(ward.inside("web", "ls -A /files"), "note");
    ward.run(["backup", "undo", "--yes"]).failed(4, ["no restore"]);
}
