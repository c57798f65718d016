//! An update whose worker is killed, wherever it is: asked for again, it goes on, and `rollback` goes back. Either way
//! each place has one container in the end, and all of them are of one version.

use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("interrupted_update::goes_on_or_back_from_every_state", goes_on_or_back_from_every_state),
        trial("interrupted_update::preflight_tells_what_would_fail", preflight_tells_what_would_fail),
    ]
}

fn text(version: &str) -> String {
    format!(
        r#"
services:
  api:
    image: mcp-tui-test/busybox
    command: sleep 1000
    init: true
    stop_grace_period: 5s
    environment: {{VERSION: {version}}}
    healthcheck: {{test: [CMD, "true"], interval: 1s}}
    deploy: {{replicas: 2}}
    x-mcp: {{update: {{min_healthy_time: 1s}}}}
"#
    )
}

struct Site {
    workplace: Workplace,
    project: Project,
}

impl Site {
    fn run(&self, words: &[&str]) {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(words);
        finish(command, &words.join(" ")).succeeded(&words.join(" "));
    }

    fn tasks(&self) -> BTreeSet<PathBuf> {
        let entries = std::fs::read_dir(self.workplace.path("state/mcp-tui/tasks"));
        entries.map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
    }

    /// Begins an update and kills its worker as soon as its journal tells that the state is reached.
    fn kill_at(&self, state: &str) {
        let before = self.tasks();
        let mut command = self.workplace.command(["-s", &self.project.name, "update"]);
        let mut follower =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let task = eventually("a task", PATIENCE, || self.tasks().difference(&before).next().cloned());
        let worker = eventually(&format!("{state} in the journal"), PATIENCE, || {
            let journal = std::fs::read_to_string(task.join("journal.jsonl")).ok()?;
            let lines: Vec<Value> =
                journal.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let planned = lines.iter().rfind(|line| line["event"] == "planned")?;
            let milestones = planned["plan"]["milestones"].as_array()?;
            let step = milestones.iter().find(|milestone| milestone[1] == state)?[0].as_u64()?;
            let reached = lines.iter().any(|line| line["event"] == "step_finished" && line["step"] == step);
            reached.then(|| lines[0]["pid"].as_u64())?
        });
        let killed = Command::new("kill").args(["-9", &worker.to_string()]).status().expect("kill");
        assert!(killed.success(), "the worker was over before {state}");
        drop(follower.wait());
    }

    /// One container in each place, all of one version.
    fn is_one(&self, version: &str, after: &str) {
        let names: Vec<String> =
            (1..=2).map(|number| format!("{}-api-{number}", self.project.name)).collect();
        assert_eq!(self.project.containers(), names, "{after}");
        assert_eq!(self.project.running("api"), names, "{after}");
        for name in &names {
            let told = docker(["inspect", "--format", "{{json .Config.Env}}", name]);
            assert!(told.contains(&format!("VERSION={version}\"")), "{name} {after}: {told}");
        }
    }
}

fn goes_on_or_back_from_every_state() {
    let site = Site { workplace: Workplace::new(), project: Project::new("kill") };
    let write = |version: &str| drop(site.workplace.stack(&site.project.name, &text(version)));
    write("0");
    site.run(&["up"]);
    let mut version = 0;
    for state in ["green_created", "green_healthy", "drained"] {
        let (old, new) = (version.to_string(), (version + 1).to_string());
        write(&new);
        site.kill_at(state);
        // Whoever finds it in the night may put the file back first, or change it once more.
        match state {
            "green_created" => write("another"),
            "green_healthy" => write(&old),
            _ => {}
        }
        site.run(&["rollback"]);
        site.is_one(&old, &format!("after going back from {state}"));
        write(&new);
        site.kill_at(state);
        site.run(&["update"]);
        site.is_one(&new, &format!("after going on from {state}"));
        version += 1;
    }
    // From here on there is only the way forward.
    let new = (version + 1).to_string();
    write(&new);
    site.kill_at("old_removed");
    site.run(&["update"]);
    site.is_one(&new, "after going on from old_removed");
    // All of these deploys ran one image, which one name keeps.
    let kept = format!("reference=mcp-tui/keep/s{}/*", site.project.name);
    let kept = docker(["images", "--quiet", "--filter", &kept]);
    assert_eq!(kept.lines().count(), 1, "{kept}");
}

fn preflight_tells_what_would_fail() {
    let site = Site { workplace: Workplace::new(), project: Project::new("flight") };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let bad =
        format!("{}    ports: ['127.0.0.1:{port}:80']\n", text("0").replace("replicas: 2", "replicas: 1"));
    site.workplace.stack(&site.project.name, &bad);
    let told = site.workplace.run(["-s", &site.project.name, "preflight", "--json"]);
    assert_eq!(told.code, Some(2), "{}", told.stderr);
    let failed: Vec<String> = told.json()["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .filter(|line| line["mark"] == "failed")
        .map(|line| line["check"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(failed, [format!("port {port}")]);
    let up = site.workplace.run(["-s", &site.project.name, "up"]);
    let up = up.failed(5, ["address already in use", "--no-preflight", &port.to_string()]);
    assert!(site.project.containers().is_empty(), "nothing was begun: {}", up.stdout);
    drop(taken);
    site.run(&["up"]);
    assert_eq!(site.project.running("api").len(), 1);
}
