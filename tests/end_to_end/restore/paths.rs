//! Paths of the host, several of them in one directory: each has an old side of its own.

use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::workplace::{Finished, Workplace, finish};

const STACK: &str = r#"
services:
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    volumes: ["./conf:/conf", "./data:/data"]
x-mcp:
  backup:
    binds: [{service: web, target: /conf}, {service: web, target: /data}]
    files: [./licence.key, ./.env]
"#;

const FILES: [&str; 4] = ["conf/web.conf", "data/deep/rows", "licence.key", ".env"];

struct Site {
    workplace: Workplace,
    project: Project,
}

impl Site {
    fn write(&self, what: &str) {
        for file in FILES {
            self.workplace
                .write(&format!("work/stacks/{}/{file}", self.project.name), &format!("IS={what}\n"));
        }
    }

    fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(arguments);
        finish(command, &arguments.join(" "))
    }

    /// What the host has, and what the container sees.
    fn is_all(&self, what: &str) {
        for file in FILES {
            let path = self.workplace.path(&format!("work/stacks/{}/{file}", self.project.name));
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(found, format!("IS={what}\n"), "{file}");
        }
        let container = self.project.running("web").pop().expect("it runs");
        let seen = docker(["exec", &container, "cat", "/conf/web.conf", "/data/deep/rows"]);
        assert_eq!(seen, format!("IS={what}\nIS={what}"));
    }

    fn is_clean(&self) {
        let stack = self.workplace.path(&format!("work/stacks/{}", self.project.name));
        let names = std::fs::read_dir(stack).expect("the stack's directory");
        let ours: Vec<_> = names
            .map(|entry| entry.expect("an entry").file_name())
            .filter(|name| name.to_string_lossy().contains("mcp-tui"))
            .collect();
        assert!(ours.is_empty(), "{ours:?}");
    }
}

pub fn several_in_one_directory() {
    let site = Site { workplace: Workplace::new(), project: Project::new("paths") };
    site.workplace.stack(&site.project.name, STACK);
    site.write("then");
    site.run(["up"]).succeeded("up");
    site.run(["backup", "create"]).succeeded("backup");
    site.write("now");
    site.is_all("now");

    site.run(["backup", "restore", "latest", "--yes"]).succeeded("restore");
    site.is_all("then");
    site.run(["backup", "undo", "--yes"]).succeeded("undo");
    site.is_all("now");
    site.run(["backup", "accept", "--yes"]).succeeded("accept what was undone");
    site.run(["backup", "restore", "latest", "--yes"]).succeeded("restore again");
    site.run(["backup", "accept", "--yes"]).succeeded("accept");
    site.is_all("then");
    site.is_clean();
}
