//! Tasks that do not get to their end, that wait for one another, and that others are told of.

use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Stdio};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("tasks::a_killed_worker_is_found_and_its_task_resumed", a_killed_worker_is_found),
        trial("tasks::who_is_told_of_failures_hears_of_a_killed_worker", told_of_a_killed_worker),
        trial("tasks::who_waits_for_the_lock_sees_its_owner", who_waits_for_the_lock_sees_its_owner),
        trial("tasks::a_webhook_that_hangs_disturbs_nothing", a_webhook_that_hangs_disturbs_nothing),
    ]
}

/// `second` is not started before `first` says that it is ready, which it does when it is told to.
const HELD: &str = r#"
services:
  first:
    image: mcp-tui-test/busybox
    command: ["sleep", "600"]
    stop_grace_period: 0s
    healthcheck: {test: ["CMD", "test", "-f", "/ready"], interval: 200ms, retries: 3000}
  second:
    image: mcp-tui-test/busybox
    command: ["sleep", "600"]
    stop_grace_period: 0s
    depends_on: {first: {condition: service_healthy}}
"#;

/// An `up` that waits for `first`, and its task.
fn held_up(workplace: &Workplace, project: &Project) -> (Child, Value) {
    workplace.stack(&project.name, HELD);
    let mut command = workplace.command(["-s", &project.name, "up"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    let task = eventually("`up` to wait for `first`", PATIENCE, || {
        let task = newest(workplace)?;
        let steps = task["steps"].as_array()?;
        (!project.running("first").is_empty() && steps.iter().any(|step| step["state"] == "running"))
            .then_some(task)
    });
    (child, task)
}

/// The newest task, if there is any.
fn newest(workplace: &Workplace) -> Option<Value> {
    workplace.run(["tasks", "list", "--json"]).json().as_array()?.first().cloned()
}

fn id(task: &Value) -> String {
    task["spec"]["id"].as_str().expect("a task has an id").to_owned()
}

fn make_ready(project: &Project) {
    docker(["exec", &project.running("first")[0], "touch", "/ready"]);
}

fn a_killed_worker_is_found() {
    let (workplace, project) = (Workplace::new(), Project::new("killed"));
    let (mut follower, task) = held_up(&workplace, &project);
    let pid = task["worker"][0].as_i64().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    kill_process(pid.expect("a worker has an id"), Signal::KILL).expect("the worker lives");
    assert_eq!(follower.wait().expect("a child of ours").code(), Some(1), "whoever follows it hears of it");
    let old = id(&task);
    let listed = workplace.run(["tasks", "list", "--json"]).json();
    assert_eq!((&listed[0]["spec"]["id"], &listed[0]["state"]), (&task["spec"]["id"], &"interrupted".into()));
    let shown = workplace.run(["tasks", "show", &old]).succeeded("show").stdout;
    for words in ["interrupted", "undone", "second-1", &format!("`mcp-tui tasks resume {old}`")] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }

    make_ready(&project);
    workplace.run(["tasks", "resume", &old]).succeeded("resume");
    assert!(!project.running("second").is_empty(), "the stack is up");
    let resumed = newest(&workplace).expect("a task was resumed");
    assert_eq!(resumed["state"], "completed");
    assert_eq!(resumed["spec"]["terms"]["continues"], task["spec"]["id"]);
    workplace.run(["tasks", "resume", &old]).failed(5, ["went on with it: completed", &id(&resumed)]);
    workplace.run(["tasks", "resume", &id(&resumed)]).failed(5, ["it is completed"]);

    // The worker that is next tells of it, once its own work is done.
    let audited = eventually("the audit log to tell of the death", PATIENCE, || {
        let audited = workplace.run(["audit", "--json"]).json();
        (audited.as_array()?.len() == 4).then_some(audited)
    });
    let outcomes: Vec<&str> =
        audited.as_array().into_iter().flatten().filter_map(|entry| entry["outcome"].as_str()).collect();
    assert_eq!(outcomes[..3], ["begun", "begun", "completed"], "{audited}");
    assert!(outcomes[3].starts_with("interrupted: ") && audited[3]["task"] == old.as_str(), "{audited}");
    assert!(audited[1]["plan"].as_str().is_some_and(|plan| plan.contains(&old)), "{audited}");
    workplace.run(["audit", "--verify"]).succeeded("audit --verify");
    let log = workplace.path("state/mcp-tui/audit.jsonl");
    let text = std::fs::read_to_string(&log).expect("the audit log");
    std::fs::write(&log, text.replace("\"outcome\":\"interrupted", "\"outcome\":\"cancelled"))
        .expect("it is ours");
    workplace.run(["audit", "--verify"]).failed(2, ["audit.jsonl:4", "not the one that was written"]);

    let cleaned = workplace.run(["tasks", "cleanup"]).succeeded("cleanup").stdout;
    assert!(cleaned.contains("0 removed, 2 kept"), "{cleaned}");
    let dry =
        workplace.run(["--dry-run", "tasks", "cleanup", "--older-than", "0s"]).succeeded("dry run").stdout;
    assert!(dry.contains("2 would be removed"), "{dry}");
    workplace.run(["tasks", "cleanup", "--older-than", "0s"]).succeeded("cleanup");
    assert_eq!(workplace.run(["tasks", "--json"]).json().as_array().map(Vec::len), Some(0));
}

fn who_waits_for_the_lock_sees_its_owner() {
    let (workplace, project) = (Workplace::new(), Project::new("lock"));
    let (mut follower, task) = held_up(&workplace, &project);
    let owner = id(&task);
    workplace.run(["-s", &project.name, "stop"]).failed(8, [" runs up since ", &owner, "--wait-lock"]);
    workplace
        .run(["-s", &project.name, "--wait-lock=1", "stop"])
        .failed(8, [" runs up since ", "waited for it for 1 s"]);
    let mut command = workplace.command(["-s", &project.name, "--wait-lock", "stop"]);
    let waiter = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let waiting = eventually("the other one to wait", PATIENCE, || {
        let task = newest(&workplace)?;
        task["waits_for"].is_string().then_some(task)
    });
    assert_eq!((&waiting["state"], &waiting["spec"]["operation"]["do"]), (&"pending".into(), &"stop".into()));
    assert!(waiting["waits_for"].as_str().is_some_and(|words| words.contains(&owner)), "{waiting}");
    let cancelled = workplace.run(["tasks", "cancel", &owner]).succeeded("cancel").stdout;
    assert!(cancelled.contains("left undone: ") && cancelled.contains("second"), "{cancelled}");
    assert_eq!(follower.wait().expect("a child of ours").code(), Some(130));
    let ended = waiter.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("waits: ") && said.contains(&owner), "{said}");
    assert!(project.running("first").is_empty(), "{said}");
}

fn told_of_a_killed_worker() {
    let (workplace, project) = (Workplace::new(), Project::new("died"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loop");
    let address = listener.local_addr().expect("it is bound");
    workplace.write(
        "config/mcp-tui/config.yaml",
        &format!("notify: {{when: failure, webhook: 'http://{address}/hooks'}}\n"),
    );
    let (mut follower, task) = held_up(&workplace, &project);
    let pid = task["worker"][0].as_i64().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    kill_process(pid.expect("a worker has an id"), Signal::KILL).expect("the worker lives");
    follower.wait().expect("a child of ours");
    // Whatever runs next.
    workplace.run(["-s", project.name.as_str(), "stop"]).succeeded("stop");
    let (mut stream, _) = listener.accept().expect("it is told");
    let (mut asked, mut piece) = (String::new(), [0; 4096]);
    while !asked.contains(&id(&task)) {
        let count = stream.read(&mut piece).expect("a request");
        assert!(count > 0, "it ends without the task: {asked}");
        asked.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("it listens");
    assert!(asked.contains("\"state\":\"interrupted\""), "{asked}");
}

fn a_webhook_that_hangs_disturbs_nothing() {
    let (workplace, project) = (Workplace::new(), Project::new("told"));
    // It accepts connections, as the kernel does for it, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loop");
    let address = listener.local_addr().expect("it is bound");
    workplace.write(
        "config/mcp-tui/config.yaml",
        &format!("notify: {{when: both, timeout: 1s, webhook: 'http://{address}/hooks/T0pSecret'}}\n"),
    );
    workplace.stack(
        &project.name,
        "services: {one: {image: mcp-tui-test/busybox, command: [sleep, '600'], stop_grace_period: 0s}}\n",
    );
    let up = workplace.run(["-s", &project.name, "up"]).succeeded("up");
    assert!(!up.stdout.contains("hooks"), "{}", up.stdout);
    workplace.run(["-s", &project.name, "stop"]).succeeded("the lock is free at once");
    let shown = eventually("what came of telling", PATIENCE, || {
        let tasks = workplace.run(["tasks", "--json"]).json();
        let all = tasks.as_array()?.iter().all(|task| task["told"][0].is_object());
        all.then(|| workplace.run(["tasks", "show", "up"]).succeeded("show").stdout)
    });
    assert!(shown.contains("completed after") && shown.contains("undelivered: http://127.0.0.1:"), "{shown}");
    assert!(shown.contains("no answer within 1 s (3 tries)") && !shown.contains("T0pSecret"), "{shown}");
    let mut state = state_files(&workplace);
    state.retain(|text| text.contains("T0pSecret"));
    assert!(state.is_empty(), "the address stands nowhere but in the settings");
}

/// All that the state directory holds.
fn state_files(workplace: &Workplace) -> Vec<String> {
    let mut command = std::process::Command::new("find");
    command.arg(workplace.path("state")).args(["-type", "f", "-exec", "cat", "{}", ";"]);
    vec![finish(command, "find").stdout]
}
