//! A daemon that goes away in the middle of an `up`: what happened is told, and a second `up` mends everything.

#[path = "restart/deploy.rs"]
mod deploy;
#[path = "restart/logs.rs"]
mod logs;

use crate::daemon::{self, Daemon};
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use logs::{logs_go_on_where_all_is_started_again, logs_go_on_where_nothing_ended};
use rustix::process::Signal;
use serde_json::Value;
use std::fmt::Write as _;

const IMAGE: &str = "mcp-tui-test/busybox";
const NAME: &str = "restart";

pub fn trials() -> Vec<Trial> {
    vec![
        trial("restart::killed_in_mid_up_it_is_told_and_mended", killed_in_mid_up_it_is_told_and_mended),
        trial("restart::an_up_that_waits_outlasts_a_restart", an_up_that_waits_outlasts_a_restart),
        trial("restart::what_died_with_the_daemon_is_told_and_mended", what_died_is_told_and_mended),
        trial("restart::an_update_goes_on_from_every_state", deploy::an_update_goes_on_from_every_state),
        trial("restart::logs_go_on_where_all_is_started_again", logs_go_on_where_all_is_started_again),
        trial_with("restart::logs_go_on_where_nothing_ended", LIVE, logs_go_on_where_nothing_ended),
    ]
}

/// Containers outlive their daemon.
const LIVE: &str = r#"{"live-restore": true}"#;

fn trial(name: &str, test: fn(Shop)) -> Trial {
    trial_with(name, "{}", test)
}

fn trial_with(name: &str, settings: &'static str, test: fn(Shop)) -> Trial {
    let start = move || Daemon::start(IMAGE, settings, &[]);
    let test = move |daemon| test(Shop { daemon, workplace: Workplace::new() });
    daemon::trial(format!("compose::{name}"), start, test)
}

struct Shop {
    // Before the daemon's directory, which its end still needs.
    daemon: Daemon,
    workplace: Workplace,
}

impl Shop {
    fn run(&self, words: &[&str]) -> Finished {
        let mut command = self.workplace.command(["-H", &self.daemon.host(), "-s", NAME]);
        command.args(words);
        finish(command, &words.join(" "))
    }

    /// An `up` during which something is done to the daemon, once it has told of such an event.
    fn up_while(&mut self, event: &str, meanwhile: impl FnOnce(&mut Daemon)) -> Finished {
        let mut command = self.workplace.command(["-H", &self.daemon.host(), "-s", NAME]);
        command.arg("up");
        let has_happened = self.daemon.expect_event(event);
        let up = std::thread::spawn(move || finish(command, "up"));
        has_happened();
        if event == "start" {
            // The daemon tells of a start before it answers the call; here the wait after it is to be disturbed.
            eventually("the answer to the start", PATIENCE, || self.waits_for_health().then_some(()));
        }
        meanwhile(&mut self.daemon);
        up.join().expect("up ends")
    }

    /// Whether the task's journal has an end of the step that starts the first container.
    fn waits_for_health(&self) -> bool {
        let tasks = std::fs::read_dir(self.workplace.path("state/mcp-tui/tasks")).into_iter().flatten();
        let journals = tasks.flatten().filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("journal.jsonl")).ok()?;
            let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let plan = lines.iter().find(|line| line["event"] == "planned")?;
            let steps = plan["plan"]["steps"].as_array()?;
            let start = steps.iter().position(|step| step["verb"] == "start_container")?;
            Some(lines.iter().any(|line| line["event"] == "step_finished" && line["step"] == start))
        });
        journals.into_iter().any(|has_ended| has_ended)
    }

    fn containers(&self, state: &[&str]) -> Vec<String> {
        self.daemon.docker(&[&["ps", "--format", "{{.Names}}"], state].concat())
    }

    /// A second `up` makes everything well, and a `down` leaves nothing.
    fn is_mended(&self, services: &[&str]) {
        self.run(&["up"]).succeeded("a second up");
        let mut names: Vec<String> = services.iter().map(|service| format!("{NAME}-{service}-1")).collect();
        names.sort();
        assert_eq!(self.containers(&[]), names, "what runs");
        assert_eq!(self.containers(&["--all"]), names, "what is there");
        self.has_nothing_to_do();
        self.run(&["down", "--volumes"]).succeeded("down");
        assert_eq!(self.containers(&["--all"]), [""; 0]);
        assert_eq!(self.daemon.docker(&["volume", "ls", "--quiet"]), [""; 0]);
        assert_eq!(self.daemon.docker(&["network", "ls", "--quiet", "--filter", "type=custom"]), [""; 0]);
    }
}

/// Killed as by a lack of memory while containers are made, and not back before the `up` has ended.
fn killed_in_mid_up_it_is_told_and_mended(mut shop: Shop) {
    let services: Vec<String> = (1..=12).map(|number| format!("s{number:02}")).collect();
    let mut text = "services:\n".to_owned();
    for service in &services {
        let _ = write!(
            text,
            "  {service}:\n    image: {IMAGE}\n    command: sleep 1000\n    init: true\n    volumes: ['{service}:/data']\n"
        );
    }
    text.push_str("volumes:\n");
    for service in &services {
        let _ = writeln!(text, "  {service}:");
    }
    shop.workplace.stack(NAME, &text);
    let up = shop.up_while("create", |daemon| daemon.end(Signal::KILL));
    let up = up.failed(3, []);
    // The death may fall into a call or between two of them.
    let told = ["the connection to the daemon broke", "the daemon cannot be reached"];
    assert!(told.iter().any(|words| up.stderr.contains(words)), "{}", up.stderr);
    let object = services.iter().find(|service| up.stderr.contains(&format!("{NAME}-{service}-1")));
    assert!(object.is_some(), "a container is named: {}", up.stderr);
    shop.daemon.again();
    shop.is_mended(&services.iter().map(String::as_str).collect::<Vec<_>>());
}

/// What is always restarted is back with the daemon, and the `up` that waits for it goes on.
fn an_up_that_waits_outlasts_a_restart(mut shop: Shop) {
    shop.workplace.stack(NAME, &waiting("    restart: always\n"));
    let up = shop.up_while("start", |daemon| {
        daemon.end(Signal::TERM);
        daemon.again();
    });
    up.succeeded("up");
    assert_eq!(shop.containers(&[]), ["restart-db-1", "restart-web-1"]);
    shop.is_mended(&["db", "web"]);
}

/// What has none ends with the daemon: nothing that needs it is started.
fn what_died_is_told_and_mended(mut shop: Shop) {
    shop.workplace.stack(NAME, &waiting(""));
    let up = shop.up_while("start", |daemon| {
        daemon.end(Signal::KILL);
        daemon.again();
    });
    up.failed(7, ["restart-db-1", "ended"]);
    assert_eq!(shop.containers(&[]), [""; 0]);
    shop.is_mended(&["db", "web"]);
}

/// A service that is healthy after some seconds, and one that needs it to be.
fn waiting(more: &str) -> String {
    format!(
        "services:\n  db:\n    image: {IMAGE}\n    command: sleep 1000\n    init: true\n    volumes: ['data:/data']\n{more}    \
         healthcheck: {{test: 'true', interval: 3s}}\n  \
         web:\n    image: {IMAGE}\n    command: sleep 1000\n    init: true\n{more}    \
         depends_on: {{db: {{condition: service_healthy}}}}\nvolumes:\n  data:\n"
    )
}
