//! Commands in containers, in a real terminal and in pipes, and files in and out of them.

use super::verbs::shop;
use crate::support::engine::{inspect, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("inside::exec_has_the_pipes_and_the_exit_code", exec_has_the_pipes_and_the_exit_code),
        trial("inside::exec_has_the_terminal", exec_has_the_terminal),
        trial("inside::run_makes_a_container_of_its_own", run_makes_a_container_of_its_own),
        trial("inside::run_waits_for_what_it_needs", run_waits_for_what_it_needs),
        trial("inside::run_is_left_by_its_keys", run_is_left_by_its_keys),
        trial("inside::attach_is_left_by_keys_of_ones_own", attach_is_left_by_keys_of_ones_own),
        trial("inside::copies_in_and_out", copies_in_and_out),
    ]
}

/// Runs the program with something on its standard input.
fn fed(mut command: Command, input: &[u8]) -> (Option<i32>, Vec<u8>) {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
    let mut child = child.expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        stdin.write_all(&input).expect("the program reads");
    });
    let output = child.wait_with_output().expect("a child of ours");
    feeder.join().expect("a writer of a pipe");
    (output.status.code(), output.stdout)
}

fn verb(workplace: &Workplace, project: &Project, arguments: &[&str]) -> Finished {
    let mut command = workplace.command(["-s", &project.name]);
    command.args(arguments);
    finish(command, &arguments.join(" "))
}

fn exec_has_the_pipes_and_the_exit_code() {
    let (workplace, project) = shop("exec");
    let run = |arguments: &[&str]| verb(&workplace, &project, arguments);
    let both = run(&["exec", "db", "sh", "-c", "echo out; echo err >&2; exit 7"]);
    assert_eq!((both.code, both.stdout.as_str(), both.stderr.as_str()), (Some(7), "out\n", "err\n"));
    assert_eq!(run(&["exec", "db", "no-such-program"]).code, Some(126), "as docker compose has it");
    let set = run(&[
        "exec",
        "-e",
        "COLOUR=blue",
        "-w",
        "/tmp",
        "-u",
        "1000",
        "db",
        "sh",
        "-c",
        "echo $COLOUR $PWD $(id -u)",
    ]);
    assert_eq!(set.stdout, "blue /tmp 1000\n");
    let second = inspect(&format!("{}-web-2", project.name)).expect("the second replica");
    let id = second["Id"].as_str().expect("an id");
    assert_eq!(run(&["exec", "--index", "2", "web", "hostname"]).stdout.trim(), &id[..12]);

    // Binary, more than all buffers on the way hold together, and back again.
    let bytes: Vec<u8> =
        (0..16_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (code, echoed) = fed(workplace.command(["-s", &project.name, "exec", "-T", "db", "cat"]), &bytes);
    assert_eq!(code, Some(0));
    assert!(echoed == bytes, "{} bytes of {} came back", echoed.len(), bytes.len());

    assert_eq!(
        run(&["exec", "-d", "db", "sh", "-c", "echo later > /data/later"]).succeeded("exec -d").stdout,
        ""
    );
    eventually("what nobody waited for", PATIENCE, || {
        (run(&["exec", "db", "cat", "/data/later"]).stdout == "later\n").then_some(())
    });
}

fn exec_has_the_terminal() {
    let (workplace, project) = shop("tty");
    let mut shell = workplace.console((90, 12), ["-s", &project.name, "exec", "db", "sh"]);
    shell.wait("a prompt", PATIENCE, |screen| screen.contains('#') || screen.contains('$'));
    shell.keys("stty size; echo is$((40+2))tty<enter>");
    shell.wait_text("12 90");
    shell.wait_text("is42tty");
    shell.resize((70, 20));
    eventually("the new size", PATIENCE, || {
        shell.keys("stty size<enter>");
        shell.comes_to(Duration::from_millis(300), |screen| screen.contains("20 70")).then_some(())
    });
    // The keys that end a program end the one inside, and ^P is the shell's.
    shell.keys("echo on''ce; sleep 600<enter>");
    shell.wait_text("once");
    eventually("a prompt again", PATIENCE, || {
        shell.keys("<c-c>");
        shell.comes_to(Duration::from_millis(300), |screen| screen.trim_end().ends_with('#')).then_some(())
    });
    shell.keys("echo aga''in<enter>");
    shell.wait_text("again");
    shell.keys("<c-p><enter>");
    shell.wait("the line once more", PATIENCE, |screen| screen.matches("again").count() == 2);
    shell.keys("exit 9<enter>");
    assert_eq!(shell.wait_exit(PATIENCE).exit_code(), 9);
    assert!(shell.modes_restored(), "the terminal is as it was");
}

fn run_makes_a_container_of_its_own() {
    let (workplace, project) = shop("run");
    let run = |arguments: &[&str]| verb(&workplace, &project, arguments);
    let before = project.containers();
    let ended = run(&["run", "--rm", "-e", "COLOUR=blue", "web", "sh", "-c", "echo $COLOUR; exit 5"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), "blue\n"), "{}", ended.stderr);
    assert_eq!(project.containers(), before, "it is gone when the command is");
    for flag in ["-d", "-T"] {
        run(&["run", flag, "web", "no-such-program"]).failed(127, ["no-such-program"]);
        run(&["run", flag, "web", "/etc/passwd"]).failed(126, ["permission denied"]);
        assert_eq!(project.containers(), before, "what never ran is gone, with {flag} too");
    }
    let (code, echoed) =
        fed(workplace.command(["-s", &project.name, "run", "--rm", "-T", "web", "cat"]), b"fed\n");
    assert_eq!((code, echoed.as_slice()), (Some(0), b"fed\n".as_slice()));
    assert_eq!(run(&["run", "--rm", "--entrypoint", "echo of", "web", "mine"]).stdout, "of mine\n");

    let name = format!("{}-job", project.name);
    let id =
        run(&["run", "-d", "--name", &name, "-l", "kind=job", "-p", "127.0.0.1::9000", "db", "sleep", "600"]);
    let job = inspect(&name).expect("the one-off container");
    assert_eq!(job["Id"].as_str(), Some(id.succeeded("run -d").stdout.trim()));
    let label = |key: &str| job["Config"]["Labels"][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        [label("com.docker.compose.oneoff"), label("com.docker.compose.service"), label("kind")],
        ["True", "db", "job"]
    );
    let ports: Vec<&String> =
        job["HostConfig"]["PortBindings"].as_object().expect("bindings").keys().collect();
    assert_eq!(ports, ["9000/tcp"], "the service's own port is not published");
    let mounts = job["Mounts"].as_array().expect("mounts");
    assert!(mounts.iter().any(|mount| mount["Destination"] == "/data"), "it has the service's volume");
    assert!(!run(&["ps"]).stdout.contains("-job"), "it is nobody's replica");
    assert!(run(&["ps", "-a"]).stdout.contains("-job"));
}

/// A job that may only run once its database is healthy, which takes a moment.
const NEEDS: &str = r#"
services:
  db:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "sleep 1; touch /tmp/healthy; while :; do sleep 0.1; done"]
    stop_grace_period: 0s
    healthcheck: {test: ["CMD", "test", "-e", "/tmp/healthy"], interval: 200ms, retries: 50}
  job:
    image: mcp-tui-test/busybox
    command: ["echo", "ran"]
    depends_on: {db: {condition: service_healthy}}
"#;

fn run_waits_for_what_it_needs() {
    let (workplace, project) = (Workplace::new(), Project::new("needs"));
    workplace.stack(&project.name, NEEDS);
    let run = verb(&workplace, &project, &["run", "--rm", "job"]).succeeded("run");
    assert_eq!(run.stdout, "ran\n", "what is done beforehand is told on standard error: {}", run.stderr);
    assert!(run.stderr.contains("start") && run.stderr.contains("-db-1"), "{}", run.stderr);
    assert_eq!(project.health("db").as_deref(), Some("healthy"));
    let again = verb(&workplace, &project, &["run", "--rm", "job"]).succeeded("run");
    assert_eq!(again.stdout, "ran\n");
    verb(&workplace, &project, &["down"]).succeeded("down");
    let alone = verb(&workplace, &project, &["run", "--rm", "--no-deps", "job"]).succeeded("run --no-deps");
    assert_eq!(alone.stdout, "ran\n");
    assert!(project.containers().is_empty(), "{:?}", project.containers());
}

fn run_is_left_by_its_keys() {
    let (workplace, project) = shop("keys");
    let name = format!("{}-kept", project.name);
    let mut run = workplace.console((90, 12), ["-s", &project.name, "run", "--name", &name, "web", "sh"]);
    run.wait("a prompt", PATIENCE, |screen| screen.contains('#') || screen.contains('$'));
    run.keys("echo in$((1+1))side<enter>");
    run.wait_text("in2side");
    run.keys("<c-p><c-q>");
    assert_eq!(run.wait_exit(PATIENCE).exit_code(), 0);
    assert!(run.modes_restored(), "the terminal is as it was");
    assert!(run.screen().contains("goes on"), "{}", run.screen());
    let status = |name: &str| inspect(name).map(|container| container["State"]["Status"].clone());
    assert_eq!(status(&name), Some(Value::from("running")));

    let mut gone = workplace.console((90, 12), ["-s", &project.name, "run", "--rm", "web", "sh"]);
    gone.wait("a prompt", PATIENCE, |screen| screen.contains('#') || screen.contains('$'));
    gone.keys("exit 6<enter>");
    assert_eq!(gone.wait_exit(PATIENCE).exit_code(), 6, "although the container is removed at once");
}

const TERMINAL: &str = r#"
services:
  shell:
    image: mcp-tui-test/busybox
    command: ["sh"]
    tty: true
    stdin_open: true
    stop_grace_period: 0s
"#;

fn attach_is_left_by_keys_of_ones_own() {
    let (workplace, project) = (Workplace::new(), Project::new("ownkeys"));
    workplace.stack(&project.name, TERMINAL);
    verb(&workplace, &project, &["up", "-d"]).succeeded("up");
    let arguments = ["-s", &project.name, "attach", "--detach-keys", "ctrl-x", "shell"];
    let mut left = workplace.console((90, 12), arguments);
    left.keys("echo in$((1+1))side<enter>");
    left.wait_text("in2side");
    left.keys("<c-x>");
    assert_eq!(left.wait_exit(PATIENCE).exit_code(), 0);
    assert!(left.screen().contains("goes on"), "{}", left.screen());
    let mut ended = workplace.console((90, 12), arguments);
    ended.keys("echo ag$((1+1))ain<enter>");
    ended.wait_text("ag2ain");
    ended.keys("exit 6<enter>");
    assert_eq!(ended.wait_exit(PATIENCE).exit_code(), 6);
}

fn copies_in_and_out() {
    let (workplace, project) = shop("copy");
    let run = |arguments: &[&str]| verb(&workplace, &project, arguments);
    workplace.write("work/site/index", "hello");
    workplace.write("work/site/deep/page", "page");
    run(&["cp", "site", "web:/srv"]).succeeded("cp in");
    for index in ["1", "2"] {
        let page = run(&["exec", "--index", index, "web", "cat", "/srv/deep/page"]);
        assert_eq!(page.stdout, "page", "all replicas have it: {}", page.stderr);
    }
    run(&["cp", "site", "web:/srv"]).succeeded("cp into what is there");
    assert_eq!(run(&["exec", "web", "cat", "/srv/site/index"]).stdout, "hello");
    run(&["cp", "--index", "2", "web:/srv", "back"]).succeeded("cp out");
    let read = |path: &str| fs::read_to_string(workplace.path(path)).expect("a file that was copied");
    assert_eq!(
        (read("work/back/index"), read("work/back/deep/page")),
        ("hello".to_owned(), "page".to_owned())
    );
    run(&["cp", "web:/srv/index", "renamed"]).succeeded("cp of a file");
    assert_eq!(read("work/renamed"), "hello");

    let (code, archive) = fed(workplace.command(["-s", &project.name, "cp", "web:/srv/deep", "-"]), b"");
    assert_eq!(code, Some(0));
    let mut names = Vec::new();
    for entry in tar::Archive::new(archive.as_slice()).entries().expect("an archive") {
        names.push(entry.expect("an entry").path().expect("a name").display().to_string());
    }
    assert_eq!(names, ["deep/", "deep/page"]);
    let (code, _) = fed(workplace.command(["-s", &project.name, "cp", "-", "db:/data"]), &archive);
    assert_eq!(code, Some(0));
    verb(&workplace, &project, &["stop", "-t", "0"]).succeeded("stop");
    run(&["cp", "db:/data/deep/page", "stopped"]).succeeded("cp out of what does not run");
    assert_eq!(read("work/stopped"), "page");
}
