//! What docker compose's other commands do to a stack on the real Engine, seen through Docker.

use crate::support::engine::{docker, inspect, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::process::Stdio;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("verbs::signals_pauses_and_removes", signals_pauses_and_removes),
        trial("verbs::takes_down_a_service_and_then_all", takes_down_a_service_and_then_all),
        trial("verbs::knows_a_stack_by_its_labels", knows_a_stack_by_its_labels),
        trial("verbs::lists_as_docker_compose_does", lists_as_docker_compose_does),
        trial("verbs::tells_what_happens_and_how_it_ends", tells_what_happens_and_how_it_ends),
        trial("verbs::cleans_up_after_an_interrupted_recreate", cleans_up_after_an_interrupted_recreate),
        trial("verbs::asks_before_it_removes", asks_before_it_removes),
        trial("verbs::an_interrupted_follower_ends_nothing", an_interrupted_follower_ends_nothing),
        trial("verbs::says_what_is_wrong", says_what_is_wrong),
    ]
}

/// `db` ends with 3 when it is asked to, and says so when it is signalled; `web` has two replicas and needs it.
pub const SHOP: &str = r#"
services:
  db:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "echo ready; trap 'exit 3' TERM; trap 'echo heard' HUP; while :; do sleep 0.1; done"]
    ports: ["127.0.0.1::80"]
    volumes: ["data:/data"]
  web:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    scale: 2
    depends_on: [db]
volumes:
  data:
"#;

/// A stack that runs.
pub fn shop(what: &str) -> (Workplace, Project) {
    let (workplace, project) = (Workplace::new(), Project::new(what));
    workplace.stack(&project.name, SHOP);
    workplace.run(["-s", &project.name, "up"]).succeeded("up");
    (workplace, project)
}

fn state(name: &str) -> String {
    let container = inspect(name).unwrap_or_else(|| panic!("there is no container {name}"));
    container.pointer("/State/Status").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn signals_pauses_and_removes() {
    let (workplace, project) = shop("verbs");
    let stack = project.name.as_str();
    let db = format!("{stack}-db-1");
    workplace.run(["-s", stack, "pause", "db"]).succeeded("pause");
    assert_eq!(state(&db), "paused");
    let again = workplace.run(["-s", stack, "pause", "db"]).succeeded("a second pause");
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    workplace.run(["-s", stack, "unpause"]).succeeded("unpause");
    assert_eq!(state(&db), "running");

    eventually("the trap to be set", PATIENCE, || docker(["logs", &db]).contains("ready").then_some(()));
    workplace.run(["-s", stack, "kill", "-s", "HUP", "db"]).succeeded("kill -s HUP");
    eventually("the signal to be heard", PATIENCE, || docker(["logs", &db]).contains("heard").then_some(()));
    workplace.run(["-s", stack, "kill", "web"]).succeeded("kill");
    eventually("both replicas to end", PATIENCE, || project.running("web").is_empty().then_some(()));

    let removed = workplace.run(["-s", stack, "rm", "-f"]).succeeded("rm");
    assert!(removed.stdout.contains("remove") && removed.stdout.contains("(runs)"), "{}", removed.stdout);
    assert_eq!(project.containers(), std::slice::from_ref(&db), "what runs is kept");
    workplace.run(["-s", stack, "scale", "--no-deps", "web=1"]).succeeded("scale");
    assert_eq!(project.running("web").len(), 1);
    workplace.run(["-s", stack, "rm", "-s", "-f", "db"]).succeeded("rm -s");
    assert_eq!(project.containers(), [format!("{stack}-web-1")]);

    let events = workplace.run(["-s", stack, "--json", "stop", "-t", "0"]).succeeded("stop --json").stdout;
    let kinds: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert!(kinds.iter().any(|line| line["event"] == "planned"), "{events}");
    assert_eq!(kinds.last().map(|line| &line["state"]), Some(&Value::from("completed")), "{events}");
}

fn takes_down_a_service_and_then_all() {
    let (workplace, project) = shop("down");
    let stack = project.name.as_str();
    let image = format!("{stack}-web:latest");
    workplace.run(["-s", stack, "restart", "-t", "0", "--no-deps", "db"]).succeeded("restart");
    let down = workplace.run(["-s", stack, "down", "-t", "0", "web"]).succeeded("down web");
    assert!(down.stdout.contains("is kept"), "{}", down.stdout);
    assert_eq!(project.containers(), [format!("{stack}-db-1")]);
    assert_eq!(project.networks().len(), 1, "the network has a user left");

    // An image that only this stack's service has.
    docker(["tag", "mcp-tui-test/busybox", &image]);
    workplace.stack(stack, &SHOP.replacen("image: mcp-tui-test/busybox", &format!("image: {image}"), 1));
    workplace.run(["-s", stack, "run", "-d", "web", "sleep", "600"]).succeeded("run");
    workplace.run(["-s", stack, "down", "-t", "0"]).succeeded("down");
    assert_eq!(project.containers().len(), 1, "a one-off container stays");
    // Somebody else's, of no stack.
    let other = format!("{stack}-other");
    docker(["create", "--name", &other, "mcp-tui-test/busybox", "true"]);
    let down = workplace.run(["-s", stack, "down", "-t", "0", "-v", "--remove-orphans", "--rmi", "all"]);
    docker(["rm", &other]);
    let down = down.succeeded("down of all");
    assert!(project.containers().is_empty() && project.networks().is_empty() && project.volumes().is_empty());
    assert!(docker(["images", "--quiet", &image]).is_empty(), "{}", down.stdout);
    assert!(!docker(["images", "--quiet", "mcp-tui-test/busybox"]).is_empty(), "others use that one");
}

fn knows_a_stack_by_its_labels() {
    let (workplace, project) = shop("labels");
    let stack = project.name.as_str();
    std::fs::remove_dir_all(workplace.path("work/stacks")).expect("the files go away");
    let run = |verb: &[&str]| {
        let mut command = workplace.command(["-p", stack]);
        command.args(verb);
        finish(command, &verb.join(" ")).succeeded(&verb.join(" ")).stdout
    };
    assert!(run(&["ps"]).contains("-db-1"));
    assert!(run(&["logs", "db"]).contains("ready"));
    assert!(run(&["port", "db", "80"]).starts_with("127.0.0.1:"));
    assert!(run(&["top", "db"]).contains("sleep"));
    assert_eq!(run(&["exec", "db", "echo", "inside"]).trim(), "inside");
    workplace.write("work/file", "content");
    run(&["cp", "file", "db:/data/file"]);
    assert_eq!(run(&["exec", "db", "cat", "/data/file"]), "content");
    run(&["pause", "web"]);
    run(&["unpause", "web"]);
    run(&["stop", "-t", "0", "web"]);
    assert!(project.running("web").is_empty());
    run(&["start", "web"]);
    assert_eq!(project.running("web").len(), 2);
    run(&["restart", "-t", "0"]);
    run(&["kill", "web"]);
    eventually("both replicas to end", PATIENCE, || project.running("web").is_empty().then_some(()));
    run(&["rm", "-f"]);
    assert_eq!(project.containers(), [format!("{stack}-db-1")]);
    assert!(run(&["ls"]).contains(stack));
    run(&["down", "-v", "-t", "0"]);
    assert!(project.containers().is_empty() && project.networks().is_empty() && project.volumes().is_empty());
}

fn lists_as_docker_compose_does() {
    let (workplace, project) = shop("list");
    let stack = project.name.as_str();
    let lines = |verb: &[&str]| {
        let mut command = workplace.command(["-s", stack]);
        command.args(verb);
        let stdout = finish(command, &verb.join(" ")).succeeded(&verb.join(" ")).stdout;
        stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let table = lines(&["ps"]);
    let titles: Vec<&str> = table[0].split_whitespace().collect();
    assert_eq!(titles, ["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"]);
    assert_eq!(table.len(), 4, "{table:?}");
    assert_eq!(lines(&["ps", "--services"]), ["db", "web"]);
    let id = inspect(&format!("{stack}-db-1")).expect("the database")["Id"].clone();
    assert_eq!(lines(&["ps", "-q", "db"]), [id.as_str().expect("an id")]);
    assert_eq!(lines(&["ps", "db", "--format", "{{.Service}}:{{.State}}"]), ["db:running"]);
    let row: Value = serde_json::from_str(&lines(&["ps", "db", "--format", "json"])[0]).expect("JSON");
    assert_eq!((&row["Project"], &row["ExitCode"]), (&Value::from(stack), &Value::from(0)));
    assert_eq!(row["Publishers"][0]["TargetPort"], 80);

    workplace.run(["-s", stack, "stop", "db"]).succeeded("stop");
    assert_eq!(
        lines(&["ps", "--status", "exited", "--format", "{{.Name}} {{.ExitCode}}"]),
        [format!("{stack}-db-1 3")]
    );
    assert_eq!(lines(&["ps", "--services"]), ["web"]);
    let projects: Value = serde_json::from_str(&lines(&["ls", "-a", "--format", "json"])[0]).expect("JSON");
    let own = projects.as_array().into_iter().flatten().find(|project| project["Name"] == stack);
    assert_eq!(own.expect("the stack is listed")["Status"], "exited(1), running(2)");
    assert_eq!(lines(&["ls", "-q", "--filter", &format!("name={stack}")]), [stack]);
    assert_eq!(lines(&["volumes", "-q"]), [format!("{stack}_data")]);
    let log = lines(&["logs", "--no-log-prefix", "--index", "1", "db"]);
    assert_eq!(log, ["ready"]);
    assert!(lines(&["logs", "db", "--until", "10m"]).is_empty(), "nothing was written so long ago");
}

/// A service that ends five seconds after it is asked to.
const SLOW: &str = r#"
services:
  db:
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "trap 'sleep 5; exit 3' TERM; while :; do sleep 0.1; done"]
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "600"]
    stop_grace_period: 0s
"#;

fn tells_what_happens_and_how_it_ends() {
    let (workplace, project) = (Workplace::new(), Project::new("wait"));
    let stack = project.name.as_str();
    workplace.stack(stack, SLOW);
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let waiting =
        workplace.command(["-s", stack, "wait", "db"]).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let mut waiting = waiting.expect("the program starts");
    // It takes its time to end: long enough for the wait to have begun.
    docker(["kill", "--signal", "TERM", &format!("{stack}-db-1")]);
    assert_eq!(waiting.wait().expect("a child of ours").code(), Some(3), "the container's own exit code");
    workplace.run(["-s", stack, "wait", "db"]).failed(5, ["nothing of it runs"]);

    let events = workplace.run(["-s", stack, "--json", "events", "--since", "10m", "--until", "0s", "db"]);
    let events = events.succeeded("events").stdout;
    let events: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let died = events.iter().find(|event| event["action"] == "die").expect("its end is told");
    assert_eq!((&died["service"], &died["attributes"]["exitCode"]), (&Value::from("db"), &Value::from("3")));
    assert!(events.iter().all(|event| event["service"] == "db"), "{events:?}");
}

fn cleans_up_after_an_interrupted_recreate() {
    let (workplace, project) = shop("clean");
    let stack = project.name.as_str();
    let (db, aside) = (format!("{stack}-db-1"), format!("0123456789ab_{stack}-db-1"));
    workplace.run(["-s", stack, "run", "web", "true"]).succeeded("run");
    workplace.run(["-s", stack, "stop", "-t", "0", "db"]).succeeded("stop");
    docker(["rename", &db, &aside]);
    workplace.run(["-s", stack, "cleanup"]).failed(2, ["--force"]);
    workplace.run(["-s", stack, "cleanup", "-f"]).succeeded("cleanup");
    let left = project.containers();
    assert_eq!(left, [db, format!("{stack}-web-1"), format!("{stack}-web-2")], "renamed back, one-off gone");
    assert_eq!(project.networks().len(), 1, "it is in use");
    let again = workplace.run(["-s", stack, "cleanup", "-f"]).succeeded("a second cleanup");
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
}

fn asks_before_it_removes() {
    let (workplace, project) = shop("asks");
    let stack = project.name.as_str();
    workplace.run(["-s", stack, "stop", "-t", "0"]).succeeded("stop");
    let mut rm = workplace.console((100, 20), ["-s", stack, "rm", "web"]);
    rm.wait_text("Are you sure? [yN]");
    assert!(rm.screen().contains(&format!("remove {stack}-web-1")), "{}", rm.screen());
    rm.keys("n<enter>");
    assert_eq!(rm.wait_exit(PATIENCE).exit_code(), 130);
    assert_eq!(project.containers().len(), 3);
    let mut rm = workplace.console((100, 20), ["-s", stack, "rm", "web"]);
    rm.wait_text("Are you sure? [yN]");
    rm.keys("y<enter>");
    assert_eq!(rm.wait_exit(PATIENCE).exit_code(), 0);
    assert_eq!(project.containers(), [format!("{stack}-db-1")]);
}

fn an_interrupted_follower_ends_nothing() {
    let (workplace, project) = (Workplace::new(), Project::new("detach"));
    let stack = project.name.as_str();
    workplace.stack(
        stack,
        "services:\n  deaf:\n    image: mcp-tui-test/busybox\n    command: [sleep, '600']\n    stop_grace_period: 3s\n",
    );
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let stop = workplace.command(["-s", stack, "stop"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let stop = stop.expect("the program starts");
    eventually("a step that runs", PATIENCE, || {
        let tasks = workplace.run(["tasks", "--json"]).json();
        let stops = tasks[0]["spec"]["operation"]["do"] == "stop";
        (stops && tasks[0]["steps"][0]["state"] == "running").then_some(())
    });
    let pid = i32::try_from(stop.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    kill_process(pid, Signal::INT).expect("it still follows");
    let stop = stop.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&stop.stderr);
    assert_eq!(stop.status.code(), Some(130), "{said}");
    assert!(
        said.contains("goes on") && said.contains("tasks attach") && said.contains("tasks cancel"),
        "{said}"
    );
    eventually("the task to go on to its end", PATIENCE, || project.running("deaf").is_empty().then_some(()));
    eventually("its ending", PATIENCE, || {
        let tasks = workplace.run(["tasks", "--json"]).json();
        (tasks[0]["state"] == "completed").then_some(())
    });
}

fn says_what_is_wrong() {
    let (workplace, project) = shop("wrong");
    let stack = project.name.as_str();
    let fails = |verb: &[&str], code: i32, words: [&str; 2]| {
        let mut command = workplace.command(["-s", stack]);
        command.args(verb);
        finish(command, &verb.join(" ")).failed(code, words);
    };
    for verb in ["stop", "kill", "pause", "unpause", "rm", "down", "top", "ps", "wait"] {
        fails(&[verb, "weeb"], 4, ["no such service", "did you mean `web`?"]);
    }
    fails(&["exec", "weeb", "true"], 4, ["no such service", "did you mean `web`?"]);
    fails(&["run", "weeb"], 4, ["no such service", "did you mean `web`?"]);
    fails(&["kill", "-s", "SIGTREM"], 2, ["no such signal", "SIGTERM"]);
    fails(&["port", "db", "81"], 4, ["81/tcp", "80/tcp"]);
    fails(&["exec", "--index", "3", "web", "true"], 4, ["no container of this number", "1, 2"]);
    fails(&["ps", "--status", "asleep"], 2, ["asleep", "paused"]);
    fails(&["ps", "--format", "{{.Nmae}}"], 2, ["{{.Nmae}}", "Name"]);
    fails(&["ls", "--filter", "size=3"], 2, ["`name` only", "name=shop"]);
    fails(&["run", "-p", "80/x", "web"], 2, ["--publish 80/x", "protocol"]);
    fails(&["cp", "here", "there"], 2, ["neither end", "SERVICE:PATH"]);
    fails(&["cp", "web:/nowhere", "."], 4, ["/nowhere", "no such file"]);
    fails(&["cp", "/nowhere", "web:/"], 4, ["/nowhere", "No such file"]);
    fails(&["events", "--since", "yesterday"], 2, ["--since yesterday", "10m"]);
    workplace.run(["-s", stack, "stop", "-t", "0", "web"]).succeeded("stop");
    fails(&["exec", "web", "true"], 5, ["does not run", "start web"]);
    fails(&["pause", "web"], 5, ["does not run", "start web"]);
    fails(&["--read-only", "kill"], 2, ["--read-only", "kill"]);
    fails(&["--read-only", "exec", "db", "true"], 2, ["--read-only", "leave it out"]);
}
