//! An update whose worker is killed, wherever it is: asked for again, it goes on, and `rollback` goes back. Either way
//! each place has one container in the end, and all of them are of one version.

use crate::journal::Journal;
use crate::support::engine::{docker, trial};
use crate::support::ports;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("interrupted_update::goes_on_or_back_from_every_state", goes_on_or_back_from_every_state),
        trial("interrupted_update::blue_green_goes_on_or_back_too", blue_green_goes_on_or_back_too),
        trial("interrupted_update::a_kept_side_goes_on_or_back_too", a_kept_side_goes_on_or_back_too),
        trial(
            "interrupted_update::one_that_stops_first_is_proven_on_resume_too",
            one_that_stops_first_is_proven_on_resume_too,
        ),
        trial(
            "interrupted_update::a_hook_that_is_done_is_not_run_again",
            a_hook_that_is_done_is_not_run_again,
        ),
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
    environment: {{NAME: {version}}}
    healthcheck: {{test: [CMD, "true"], interval: 1s}}
    deploy: {{replicas: 2}}
    x-mcp: {{update: {{min_healthy_time: 1s, soak: 1s}}}}
"#
    )
}

/// The same with something to ask, by way of a proxy.
fn text_with_proxy(version: &str) -> String {
    format!(
        r#"
services:
  api:
    image: mcp-tui-test/http
    stop_grace_period: 5s
    environment: {{NAME: {version}}}
    healthcheck: {{test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/health"], interval: 1s}}
    deploy: {{replicas: 2}}
    x-mcp:
      update: {{min_healthy_time: 1s, soak: 1s}}
      on_scale: [{{exec: proxy, command: [nginx, -s, reload]}}]
  proxy:
    image: nginx:alpine
    depends_on: {{api: {{condition: service_healthy}}}}
    volumes: ["./proxy:/etc/nginx/conf.d:ro"]
"#
    )
}

const PROXY: &str = "server { listen 80; location / { proxy_pass http://api:8000; } }\n";

struct Site {
    workplace: Workplace,
    project: Project,
    /// The words of the command that is killed.
    update: &'static [&'static str],
}

impl Site {
    fn new(update: &'static [&'static str]) -> Self {
        Self { workplace: Workplace::new(), project: Project::new("kill"), update }
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(words);
        finish(command, &words.join(" ")).succeeded(&words.join(" ")).stdout
    }

    fn tasks(&self) -> BTreeSet<PathBuf> {
        let entries = std::fs::read_dir(self.workplace.path("state/mcp-tui/tasks"));
        entries.map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
    }

    /// Begins an update and kills its worker as soon as its journal tells that the state is reached.
    fn kill_at(&self, state: &str) {
        self.kill_once(&format!("{state} in the journal"), |journal| journal.has_reached(state));
    }

    /// The same at the last state, where it may be over first: then it is undone and begun anew.
    fn kill_at_last(&self, state: &str, undo: &[&str]) {
        let what = format!("{state} in the journal");
        eventually("a worker that is killed in time", PATIENCE * 4, || {
            let killed = self.try_to_kill_once(&what, |journal| journal.has_reached(state));
            if killed.is_none() {
                self.run(undo);
            }
            killed.map(drop)
        });
    }

    /// The same as soon as something else is so. Gives the task's id.
    fn kill_once(&self, what: &str, is_so: impl Fn(&Journal) -> bool) -> String {
        let killed = self.try_to_kill_once(what, is_so);
        killed.unwrap_or_else(|| panic!("the worker was over before {what}"))
    }

    /// `None` when the worker was over before.
    fn try_to_kill_once(&self, what: &str, is_so: impl Fn(&Journal) -> bool) -> Option<String> {
        let before = self.tasks();
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(self.update);
        let mut follower =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let task = eventually("a task", PATIENCE, || self.tasks().difference(&before).next().cloned());
        let worker = eventually(what, PATIENCE, || {
            let journal = Journal::of(&task)?;
            is_so(&journal).then(|| journal.worker())?
        });
        let kill = Command::new("kill").args(["-9", &worker.to_string()]).stderr(Stdio::null()).status();
        drop(follower.wait());
        let was_in_time = kill.expect("kill").success() && Journal::of(&task)?.is_open();
        was_in_time.then(|| task.file_name().expect("a name").to_string_lossy().into_owned())
    }

    /// One container in each place, all of one version.
    fn is_one(&self, version: &str, after: &str) {
        let names: Vec<String> =
            (1..=2).map(|number| format!("{}-api-{number}", self.project.name)).collect();
        let mut there = self.project.containers();
        there.retain(|name| !name.ends_with("-proxy-1"));
        assert_eq!(there, names, "{after}");
        assert_eq!(self.project.running("api"), names, "{after}");
        for name in &names {
            let told = docker(["inspect", "--format", "{{json .Config.Env}}", name]);
            assert!(told.contains(&format!("NAME={version}\"")), "{name} {after}: {told}");
        }
    }

    /// Killed at each state once to go back and once to go on, by files that differ by their version.
    fn goes_on_or_back(&self, states: &[&str], write: impl Fn(&str), is_one: impl Fn(&str, &str)) {
        let mut version = 0;
        for state in states {
            let (old, new) = (version.to_string(), (version + 1).to_string());
            write(&new);
            self.kill_at(state);
            // Whoever finds it in the night may put the file back first, or change it once more.
            match *state {
                "green_created" => write("another"),
                "green_healthy" => write(&old),
                _ => {}
            }
            self.run(&["rollback"]);
            is_one(&old, &format!("after going back from {state}"));
            write(&new);
            self.kill_at(state);
            let told = self.run(self.update);
            assert!(!told.contains("something else"), "it goes on with the same: {told}");
            is_one(&new, &format!("after going on from {state}"));
            version += 1;
        }
        // From here on there is only the way forward.
        let new = (version + 1).to_string();
        write(&new);
        self.kill_at("old_removed");
        self.run(self.update);
        is_one(&new, "after going on from old_removed");
        // Of each of its images one name is kept, however many deploys ran it.
        let kept = format!("reference=mcp-tui/keep/s{}/*", self.project.name);
        let kept = docker(["images", "--filter", &kept, "--format", "{{.ID}}"]);
        let names: Vec<&str> = kept.lines().collect();
        let images: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), images.len(), "{kept}");
    }
}

fn goes_on_or_back_from_every_state() {
    let site = Site::new(&["update"]);
    let write = |version: &str| drop(site.workplace.stack(&site.project.name, &text(version)));
    write("0");
    site.run(&["up"]);
    let states = ["green_created", "green_healthy", "soaking", "drained"];
    site.goes_on_or_back(&states, write, |version, after| site.is_one(version, after));
}

fn blue_green_goes_on_or_back_too() {
    let site = Site::new(&["update", "--strategy", "blue-green", "--accept"]);
    site.workplace.write(&format!("work/stacks/{}/proxy/default.conf", site.project.name), PROXY);
    let write = |version: &str| drop(site.workplace.stack(&site.project.name, &text_with_proxy(version)));
    write("0");
    site.run(&["up"]);
    let states = ["green_created", "green_healthy", "switched", "soaking", "drained"];
    site.goes_on_or_back(&states, write, |version, after| {
        site.is_one(version, after);
        // Whoever asks is led to that version, by the names alone.
        let proxy = format!("{}-proxy-1", site.project.name);
        for _ in 0..4 {
            let said = docker(["exec", &proxy, "wget", "-q", "-O", "-", "http://127.0.0.1/"]);
            assert!(said.starts_with(&format!("{version} ")), "{after}: {said}");
        }
        let hosts = docker(["exec", &proxy, "cat", "/etc/hosts"]);
        assert!(!hosts.contains("mcp-tui"), "{after}: {hosts}");
    });
}

/// The worker dies when all is done but the record of it, and again in the middle of the acceptance.
fn a_kept_side_goes_on_or_back_too() {
    let site = Site::new(&["update", "--strategy", "blue-green"]);
    let write = |version: &str| drop(site.workplace.stack(&site.project.name, &text(version)));
    write("0");
    site.run(&["up"]);
    write("1");
    site.kill_at_last("awaiting_acceptance", &["rollback"]);
    site.run(&["rollback"]);
    site.is_one("0", "after going back from awaiting_acceptance");
    site.kill_at_last("awaiting_acceptance", &["rollback"]);
    site.run(site.update);
    assert_eq!(site.project.containers().len(), 4, "the old side is kept: {:?}", site.project.containers());
    assert!(site.run(&["history"]).contains("waits to be accepted"));
    // It takes a moment only: where it was over first, there is a next one.
    let mut version = 1;
    let accepting = Site { update: &["accept", "--yes"], ..site };
    eventually("an acceptance that is killed in time", PATIENCE * 8, || {
        let killed = accepting
            .try_to_kill_once("the first old one to go", |journal| journal.has_begun("remove_container"));
        if killed.is_none() {
            version += 1;
            accepting.workplace.stack(&accepting.project.name, &text(&version.to_string()));
            accepting.run(&["update", "--strategy", "blue-green"]);
        }
        killed.map(drop)
    });
    accepting.run(accepting.update);
    accepting.is_one(&version.to_string(), "after an acceptance that was interrupted");
    let history = accepting.run(&["history"]);
    assert!(!history.contains("waits"), "{history}");
}

/// The old container is stopped, for its port's sake, and the new one is not yet known to be unhealthy.
fn one_that_stops_first_is_proven_on_resume_too() {
    let site = Site::new(&["update"]);
    let port = ports::take(1);
    let write = |version: &str| {
        let check = r#"[CMD-SHELL, "test $$NAME != bad"], interval: 1s, retries: 4"#;
        let text = text(version).replace(r#"[CMD, "true"], interval: 1s"#, check);
        let text = text.replace("deploy: {replicas: 2}", &format!("ports: ['127.0.0.1:{port}:80']"));
        drop(site.workplace.stack(&site.project.name, &text));
    };
    write("good");
    site.run(&["up"]);
    write("bad");
    let old = format!("{}-api-1", site.project.name);
    let task = site.kill_once("the new one to run alone", |_| {
        let running = site.project.running("api");
        running.len() == 1 && running[0].ends_with(&format!("_{old}"))
    });
    let resumed = site.workplace.run(["tasks", "resume", &task]).failed(7, ["unhealthy", "rolled back"]);
    assert!(resumed.stdout.contains("going back"), "{}", resumed.stdout);
    assert_eq!(site.project.containers(), [old.as_str()], "{}", resumed.stdout);
    assert_eq!(site.project.running("api"), [old.as_str()]);
    assert_eq!(site.project.health("api").as_deref(), Some("healthy"));
    let told = docker(["inspect", "--format", "{{json .Config.Env}}", &old]);
    assert!(told.contains("NAME=good\""), "{told}");
}

/// The first replica and the migration behind it are done when the worker dies at the second.
fn a_hook_that_is_done_is_not_run_again() {
    let site = Site::new(&["update"]);
    let write = |version: &str| {
        let hook = "{after_healthy: [{command: [sh, -c, 'echo migrated >> /state/log']}]}";
        let text = text(version).replace("x-mcp: {update", &format!("x-mcp: {{hooks: {hook}, update"));
        let text = text.replace("    deploy:", "    volumes: ['state:/state']\n    deploy:");
        drop(site.workplace.stack(&site.project.name, &format!("{text}volumes: {{state: {{}}}}\n")));
    };
    let migrated = || {
        let name = format!("{}-api-1", site.project.name);
        docker(["exec", &name, "cat", "/state/log"]).lines().count()
    };
    write("0");
    site.run(&["up"]);
    assert_eq!(migrated(), 1);
    write("1");
    let task = site.kill_once("drained in the journal", |journal| journal.has_reached("drained"));
    site.run(&["tasks", "resume", &task]);
    site.is_one("1", "after going on");
    assert_eq!(migrated(), 2, "once for each deploy");
    // One that was taken back is as if it had never been.
    write("2");
    site.kill_at("drained");
    site.run(&["rollback"]);
    assert_eq!(migrated(), 3);
    site.run(&["update"]);
    site.is_one("2", "after a second attempt");
    assert_eq!(migrated(), 4);
}

fn preflight_tells_what_would_fail() {
    let site = Site::new(&["update"]);
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
