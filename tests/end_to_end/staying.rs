//! `up` that stays with what it has started, and what else of docker compose's flags shows on the real Engine.

use crate::support::engine::{docker, inspect, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("staying::ends_with_the_first_that_ends", ends_with_the_first_that_ends),
        trial("staying::shows_the_logs_that_are_wanted", shows_the_logs_that_are_wanted),
        trial(
            "staying::an_interrupt_or_a_request_to_terminate_stops_what_was_started",
            an_interrupt_or_a_request_to_terminate_stops_what_was_started,
        ),
        trial("staying::only_what_it_brought_up_is_stopped", only_what_it_brought_up_is_stopped),
        trial(
            "staying::neither_a_restart_nor_an_unread_log_ends_it",
            neither_a_restart_nor_an_unread_log_ends_it,
        ),
        trial(
            "staying::a_missing_secret_is_told_before_anything_is_made",
            a_missing_secret_is_told_before_anything_is_made,
        ),
        trial("staying::variables_say_what_becomes_of_orphans", variables_say_what_becomes_of_orphans),
        trial("staying::a_dry_run_changes_nothing", a_dry_run_changes_nothing),
        trial(
            "staying::a_one_off_in_the_background_keeps_its_input",
            a_one_off_in_the_background_keeps_its_input,
        ),
    ]
}

/// `job` ends with 3 once `side` has said something; `side` goes on and ends with 5 when it is asked to.
const JOBS: &str = r#"
services:
  job:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "echo working; sleep 1; echo done; exit 3"]
  side:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "trap 'exit 5' TERM; echo beside; while :; do sleep 0.1; done"]
"#;

fn jobs(what: &str) -> (Workplace, Project) {
    let (workplace, project) = (Workplace::new(), Project::new(what));
    workplace.stack(&project.name, JOBS);
    (workplace, project)
}

fn run(workplace: &Workplace, project: &Project, words: &[&str]) -> Finished {
    let mut command = workplace.command(["-s", &project.name]);
    command.args(words);
    finish(command, &words.join(" "))
}

fn ends_with_the_first_that_ends() {
    let (workplace, project) = jobs("stay");
    let first = run(&workplace, &project, &["up", "--abort-on-container-exit"]);
    assert_eq!(first.code, Some(3), "{}{}", first.stdout, first.stderr);
    for line in ["job-1   | working", "job-1   | done", "side-1  | beside", "job-1 exited with code 3"] {
        assert!(first.stdout.contains(line), "{line} is not in {}", first.stdout);
    }
    assert!(project.running("side").is_empty(), "the others are stopped");
    assert_eq!(project.containers().len(), 2, "and kept");
    let from = run(&workplace, &project, &["up", "--exit-code-from", "side"]);
    assert_eq!(from.code, Some(5), "{}{}", from.stdout, from.stderr);
    // What it wrote in its earlier life is not shown again.
    assert_eq!(from.stdout.matches("working").count(), 1, "{}", from.stdout);
    run(&workplace, &project, &["up", "--exit-code-from", "sid"]).failed(4, ["did you mean `side`?"]);
}

fn shows_the_logs_that_are_wanted() {
    let (workplace, project) = jobs("wanted");
    let only = run(
        &workplace,
        &project,
        &["up", "--abort-on-container-failure", "--attach", "job", "--no-log-prefix"],
    );
    assert_eq!(only.code, Some(3), "{}", only.stderr);
    assert!(
        only.stdout.lines().any(|line| line == "done") && !only.stdout.contains("beside"),
        "{}",
        only.stdout
    );
    let without = run(&workplace, &project, &["up", "--abort-on-container-exit", "--no-attach", "job"]);
    assert!(without.stdout.contains("beside") && !without.stdout.contains("done"), "{}", without.stdout);
}

fn an_interrupt_or_a_request_to_terminate_stops_what_was_started() {
    for (name, signal) in [("interrupt", Signal::INT), ("terminate", Signal::TERM)] {
        stops_what_was_started(name, signal);
    }
}

fn stops_what_was_started(name: &str, signal: Signal) {
    let (workplace, project) = jobs(name);
    let mut command = workplace.command(["-s", &project.name]);
    command.args(["up", "--attach", "side", "side"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    eventually("the task to be over", PATIENCE, || {
        let tasks = workplace.run(["tasks", "--json"]).json();
        (tasks[0]["state"] == "completed" && !project.running("side").is_empty()).then_some(())
    });
    kill_process(pid, signal).expect("it still follows");
    let ended = child.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(project.running("side").is_empty(), "{said}");
}

/// `up` in the background, and the files that it writes to.
fn stay(workplace: &Workplace, project: &Project, words: &[&str]) -> (Child, PathBuf, PathBuf) {
    let (out, err) = (workplace.path("said"), workplace.path("warned"));
    let file = |path: &Path| File::create(path).expect("a file in the workplace");
    let mut command = workplace.command(["-s", &project.name]);
    let child =
        command.args(words).stdout(file(&out)).stderr(file(&err)).spawn().expect("the program starts");
    (child, out, err)
}

fn interrupt(mut child: Child) -> Option<i32> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    kill_process(pid, Signal::INT).expect("it still follows");
    child.wait().expect("a child of ours").code()
}

fn only_what_it_brought_up_is_stopped() {
    let (workplace, project) = (Workplace::new(), Project::new("brought"));
    let sleeper =
        "image: mcp-tui-test/busybox, command: [sh, -c, 'echo up; exec sleep 600'], stop_grace_period: 0s";
    workplace.stack(
        &project.name,
        &format!(
            "services:\n  web: {{{sleeper}, depends_on: [shared, own]}}\n  shared: {{{sleeper}}}\n  \
             own: {{{sleeper}}}\n  other: {{{sleeper}}}\n"
        ),
    );
    run(&workplace, &project, &["up", "shared", "other"]).succeeded("up");
    let (child, out, _) = stay(&workplace, &project, &["up", "--attach", "web", "web"]);
    eventually("its log is shown", PATIENCE, || {
        fs::read_to_string(&out).ok().filter(|said| said.contains("web-1  | up")).map(drop)
    });
    assert_eq!(interrupt(child), Some(130));
    let running = |service: &str| !project.running(service).is_empty();
    assert_eq!(["web", "own", "shared", "other"].map(running), [false, false, true, true]);
}

fn neither_a_restart_nor_an_unread_log_ends_it() {
    let (workplace, project) = (Workplace::new(), Project::new("again"));
    workplace.stack(
        &project.name,
        "services:\n  job: {image: mcp-tui-test/busybox, restart: always, \
         command: [sh, -c, 'echo round; sleep 0.2; exit 4']}\n  \
         mute: {image: mcp-tui-test/busybox, restart: always, command: [sh, -c, 'sleep 1; exit 2'], logging: {driver: none}}\n",
    );
    let (child, out, err) = stay(&workplace, &project, &["up", "--attach", "job", "--attach", "mute"]);
    let count = |said: &str, what: &str| said.matches(what).count();
    eventually("rounds and ends are told", PATIENCE, || {
        let said = fs::read_to_string(&out).unwrap_or_default();
        let told = count(&said, "| round") >= 3 && count(&said, "job-1 exited with code 4") >= 2;
        (told && count(&said, "mute-1 exited with code 2") >= 2).then_some(())
    });
    assert_eq!(interrupt(child), Some(130));
    assert!(
        fs::read_to_string(&err).unwrap_or_default().contains("mute"),
        "why nothing of it is shown is told"
    );
    assert!(project.running("job").is_empty() && project.running("mute").is_empty());
}

fn a_missing_secret_is_told_before_anything_is_made() {
    let (workplace, project) = (Workplace::new(), Project::new("secretless"));
    workplace.stack(
        &project.name,
        "services:\n  first: {image: mcp-tui-test/busybox, command: [sleep, '600']}\n  \
         second: {image: mcp-tui-test/busybox, depends_on: [first], secrets: [key]}\n\
         secrets: {key: {file: ./no-key}}\n",
    );
    for words in [["up"], ["plan"], ["create"]] {
        run(&workplace, &project, &words).failed(2, ["secrets.key", "there is no file"]);
    }
    assert!(project.containers().is_empty() && project.networks().is_empty(), "nothing is half made");
}

fn variables_say_what_becomes_of_orphans() {
    let (workplace, project) = (Workplace::new(), Project::new("orphaned"));
    let service = "{image: mcp-tui-test/busybox, command: [sleep, '600'], stop_grace_period: 0s}";
    workplace.stack(&project.name, &format!("services:\n  kept: {service}\n  gone: {service}\n"));
    run(&workplace, &project, &["up"]).succeeded("up");
    workplace.stack(&project.name, &format!("services:\n  kept: {service}\n"));
    let with = |name: &str| {
        let mut command = workplace.command(["-s", &project.name, "up"]);
        command.env(name, "1");
        finish(command, name).succeeded(name).stdout
    };
    assert!(!with("COMPOSE_IGNORE_ORPHANS").contains("gone"), "nothing is said of it");
    assert_eq!(project.containers().len(), 2);
    with("COMPOSE_REMOVE_ORPHANS");
    assert_eq!(project.containers(), [format!("{}-kept-1", project.name)]);
}

fn a_dry_run_changes_nothing() {
    let (workplace, project) = jobs("dry");
    let planned = run(&workplace, &project, &["--dry-run", "up", "-d"]).succeeded("--dry-run up");
    assert!(planned.stdout.contains(&format!("create {}-job-1", project.name)), "{}", planned.stdout);
    assert!(project.containers().is_empty());
    run(&workplace, &project, &["run", "--dry-run", "job"]).failed(2, ["--dry-run", "beforehand"]);
    let quiet = run(&workplace, &project, &["--progress", "quiet", "up", "-d", "side"]).succeeded("up");
    assert_eq!(quiet.stdout, "");
    assert_eq!(project.running("side").len(), 1);
}

fn a_one_off_in_the_background_keeps_its_input() {
    let (workplace, project) = jobs("background");
    let ran = run(&workplace, &project, &["run", "-d", "-e", "A=said", "side", "cat"]).succeeded("run -d");
    let id = ran.stdout.trim();
    let container = inspect(id).expect("the container");
    assert_eq!(container.pointer("/Config/OpenStdin"), Some(&Value::from(true)));
    assert_eq!(container.pointer("/State/Running"), Some(&Value::from(true)), "`cat` still waits for input");
    docker(["rm", "-f", id]);
}
