//! The commands that cron and scripts use, against the real Engine.

use super::stacks::{DATABASE, TABLES, WEB};
use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::fs;
use std::process::{Command, Stdio};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("headless::deploys_scales_restarts_and_takes_down", deploys_scales_restarts_and_takes_down),
        trial("headless::backs_up_a_database_that_can_be_restored", backs_up_a_database_that_can_be_restored),
        trial("headless::a_plan_names_what_changed", a_plan_names_what_changed),
        trial("headless::drift_is_told_of_each_service", drift_is_told_of_each_service),
        trial(
            "headless::two_operators_do_not_get_in_each_others_way",
            two_operators_do_not_get_in_each_others_way,
        ),
        trial("headless::a_task_is_cancelled_after_its_step", a_task_is_cancelled_after_its_step),
    ]
}

fn deploys_scales_restarts_and_takes_down() {
    let (workplace, project) = (Workplace::new(), Project::new("web"));
    let stack = project.name.as_str();
    workplace.stack(stack, WEB);

    workplace.run(["-s", stack, "up"]).succeeded("up");
    assert_eq!(project.running("cache").len(), 1);
    assert_eq!(project.running("web"), [format!("{stack}-web-1")]);
    assert_eq!(project.volumes(), [format!("{stack}_cache_data")]);
    assert_eq!(project.networks(), [format!("{stack}_default")]);
    assert_eq!(project.health("cache").as_deref(), Some("healthy"), "web waits for a healthy cache");

    let first = project.inspect("web").expect("the web container")["Id"].clone();
    workplace.run(["-s", stack, "up"]).succeeded("up once more");
    assert_eq!(
        project.inspect("web").expect("the web container")["Id"],
        first,
        "nothing changed, nothing is touched"
    );

    let listed = workplace.run(["-s", stack, "ps", "--json"]).succeeded("ps").json().to_string();
    assert!(listed.contains(&format!("{stack}-web-1")) && listed.contains("running"), "{listed}");

    workplace.run(["-s", stack, "scale", "web=3"]).succeeded("scale up");
    assert_eq!(project.running("web").len(), 3);
    workplace.run(["-s", stack, "scale", "web=1"]).succeeded("scale down");
    assert_eq!(project.running("web"), [format!("{stack}-web-1")], "the first replica stays");

    let started = project.inspect("web").expect("the web container")["State"]["StartedAt"].clone();
    workplace.run(["-s", stack, "restart", "web"]).succeeded("restart");
    let web = project.inspect("web").expect("the web container");
    assert_eq!(web["Id"], first, "a restart keeps the container");
    assert_ne!(web["State"]["StartedAt"], started);

    let logs = workplace.run(["-s", stack, "logs", "web"]).succeeded("logs").stdout;
    assert!(logs.contains("listening on port 8000"), "{logs}");

    workplace.run(["-s", stack, "stop", "web"]).succeeded("stop");
    assert!(project.running("web").is_empty());
    workplace.run(["-s", stack, "start", "web"]).succeeded("start");
    assert_eq!(project.running("web").len(), 1);

    workplace.run(["-s", stack, "down"]).succeeded("down");
    assert!(project.containers().is_empty());
    assert!(project.networks().is_empty());
    assert_eq!(project.volumes().len(), 1, "what holds data outlives a plain down");
}

fn backs_up_a_database_that_can_be_restored() {
    let (workplace, project) = (Workplace::new(), Project::new("db"));
    let stack = project.name.as_str();
    workplace.stack(stack, DATABASE);
    workplace.write(&format!("work/stacks/{stack}/tables.sql"), TABLES);
    workplace.run(["-s", stack, "up"]).succeeded("up");
    eventually("a healthy database", PATIENCE, || {
        (project.health("postgres").as_deref() == Some("healthy")).then_some(())
    });

    workplace.run(["-s", stack, "backup", "create"]).succeeded("backup create");
    check_bundle(&workplace, &project);
    let listed =
        workplace.run(["-s", stack, "backup", "list", "--json"]).succeeded("backup list").json().to_string();
    assert!(listed.contains(stack), "{listed}");
}

/// The bundle's sums hold, the dump is one that PostgreSQL itself can read, and nothing unfinished lies beside it.
pub fn check_bundle(workplace: &Workplace, project: &Project) {
    let state = workplace.path("state").to_string_lossy().into_owned();
    let find = |name: &str| {
        let output = Command::new("find").args([&state, "-name", name]).output().expect("find");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let dump = find("*.dump.zst");
    assert_eq!(dump.lines().count(), 1, "one dump of one database: {dump:?}");
    assert_eq!(find("*.partial"), "", "a finished backup leaves no partial file");

    let sum = Command::new("sha256sum").arg(&dump).output().expect("sha256sum");
    let sum = String::from_utf8_lossy(&sum.stdout).chars().take(64).collect::<String>();
    let manifest = fs::read_to_string(find("manifest.json")).expect("a manifest");
    assert!(manifest.contains(&sum), "the manifest has another sum than {sum}: {manifest}");

    let container = project.running("postgres").pop().expect("the database runs");
    let unpack = Command::new("zstd").args(["-dc", &dump]).stdout(Stdio::piped()).spawn();
    let unpacked = unpack.expect("zstd").stdout.expect("a pipe");
    let contents = Command::new("docker")
        .args(["exec", "--interactive", &container, "pg_restore", "--list"])
        .stdin(Stdio::from(unpacked))
        .output()
        .expect("the docker client");
    let contents = String::from_utf8_lossy(&contents.stdout).into_owned();
    assert!(contents.contains("Archive created at"), "pg_restore does not take the dump: {contents}");
}

fn two_operators_do_not_get_in_each_others_way() {
    let (workplace, project) = (Workplace::new(), Project::new("two"));
    let stack = project.name.as_str();
    workplace.stack(stack, WEB);
    let one = workplace.command(["-s", stack, "up"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut one = one.expect("the program starts");
    let other = workplace.run(["-s", stack, "up"]);
    let one = one.wait().expect("a child of ours").code();
    // The second waits for its turn or is told who has the lock; two deploys of one stack never run at once.
    let mut codes = [one, other.code];
    codes.sort_unstable();
    assert!(matches!(codes, [Some(0), Some(0 | 8)]), "{codes:?}: {}", other.stderr);
    assert_eq!(project.running("web").len(), 1);
    assert_eq!(docker(["ps", "--all", "--quiet", "--filter", &format!("name={stack}")]).lines().count(), 2);
}

/// Two services that do not heed the request to stop, so that each stop takes its whole grace.
const STUBBORN: &str = r#"
services:
  store: &stubborn
    image: mcp-tui-test/busybox
    command: ["sleep", "600"]
    stop_grace_period: 3s
  front:
    <<: *stubborn
    depends_on: [store]
"#;

fn a_task_is_cancelled_after_its_step() {
    let (workplace, project) = (Workplace::new(), Project::new("cancel"));
    let stack = project.name.as_str();
    workplace.stack(stack, STUBBORN);
    workplace.run(["-s", stack, "up"]).succeeded("up");

    let stop = workplace.command(["-s", stack, "stop"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut stop = stop.expect("the program starts");
    let id = eventually("a step of the stop that runs", PATIENCE, || {
        let tasks = workplace.run(["tasks", "--json"]).succeeded("tasks").json();
        let task = tasks[0].clone();
        let steps = task["steps"].as_array()?;
        let is_stop = task["spec"]["operation"]["do"] == "stop";
        let id = task["spec"]["id"].as_str()?.to_owned();
        (is_stop && steps.iter().any(|step| step["state"] == "running")).then_some(id)
    });
    workplace.run(["--read-only", "tasks", "cancel", &id]).failed(2, ["--read-only"]);
    let cancelled = workplace.run(["tasks", "cancel", &id]).succeeded("cancel");
    assert!(cancelled.stdout.contains("cancelled after 1 of 2 steps"), "{}", cancelled.stdout);
    assert_eq!(stop.wait().expect("a child of ours").code(), Some(130), "its follower is told");
    assert!(project.running("front").is_empty(), "the step that ran is finished");
    assert_eq!(project.running("store").len(), 1, "and no other is begun");
    workplace.run(["tasks", "cancel", &id]).failed(5, ["cancelled"]);
}

/// The drift of a service of a stack, as `status` tells it.
fn drift(workplace: &Workplace, stack: &str, service: &str) -> String {
    let status = workplace.run(["status", "--json"]).succeeded("status").json();
    let stacks = status["stacks"].as_array().expect("stacks").clone();
    let found = stacks.into_iter().find(|listed| listed["stack"] == stack).expect("the stack");
    found["services"][service]["drift"].as_str().unwrap_or("none").to_owned()
}

fn a_plan_names_what_changed() {
    let (workplace, project) = (Workplace::new(), Project::new("plan"));
    let stack = project.name.as_str();
    workplace.stack(stack, WEB);
    let first = workplace.run(["-s", stack, "plan", "--exit-code"]).failed(10, []).stdout;
    for words in ["+ create network", "+ cache  create", "└─ + start", "same as  docker compose"] {
        assert!(first.contains(words), "{words}: {first}");
    }
    assert!(project.containers().is_empty() && project.volumes().is_empty(), "nothing was done");
    let tasks = workplace.run(["tasks", "list", "--json"]).succeeded("tasks").json();
    assert_eq!(tasks.as_array().map(Vec::len), Some(0), "{tasks}");

    workplace.run(["-s", stack, "up"]).succeeded("up");
    let same = workplace.run(["-s", stack, "plan", "--exit-code"]).succeeded("plan").stdout;
    assert!(same.contains("2 unchanged"), "{same}");

    let edited = WEB.replace("CHATTER: \"0.5\"", "CHATTER: \"0.7\"\n      TOKEN: hunter2");
    workplace.stack(stack, &edited);
    let plan = workplace.run(["-s", stack, "plan", "--exit-code", "--json"]).failed(10, []).json();
    let plan = &plan["stacks"][0];
    assert_eq!(plan["changes"], true, "{plan}");
    let reason = "configuration changed: environment (CHATTER, TOKEN)";
    let steps = plan["plan"]["steps"].as_array().expect("steps");
    let recreated: Vec<_> = steps.iter().filter(|step| step["verb"] == "recreate_container").collect();
    assert_eq!(recreated.len(), 1, "{plan}");
    assert_eq!((&recreated[0]["reason"], &recreated[0]["service"]), (&reason.into(), &"web".into()));
    assert!(!plan.to_string().contains("hunter2"), "no value is ever told");

    let down = workplace.run(["-s", stack, "plan", "down", "-v"]).succeeded("plan down").stdout;
    assert!(down.contains("remove volume"), "{down}");
    assert_eq!(project.running("web").len(), 1, "it still runs");
    workplace.run(["-s", stack, "down", "-v"]).succeeded("down");
}

fn drift_is_told_of_each_service() {
    let (workplace, project) = (Workplace::new(), Project::new("drift"));
    let stack = project.name.as_str();
    let image = format!("{stack}/web:1");
    docker(["tag", "mcp-tui-test/http", &image]);
    let compose = WEB.replace("mcp-tui-test/http", &image);
    workplace.stack(stack, &compose);
    workplace.run(["-s", stack, "up"]).succeeded("up");
    assert_eq!([drift(&workplace, stack, "web"), drift(&workplace, stack, "cache")], ["in_sync", "in_sync"]);

    docker(["tag", "mcp-tui-test/busybox", &image]);
    assert_eq!(drift(&workplace, stack, "web"), "image_newer");
    docker(["rmi", "--no-prune", &image]);
    assert_eq!(drift(&workplace, stack, "web"), "unknown", "the reference stands for nothing here");
    docker(["tag", "mcp-tui-test/http", &image]);
    assert_eq!(drift(&workplace, stack, "web"), "in_sync");

    workplace.stack(stack, &compose.replace("\"0.5\"", "\"0.6\""));
    assert_eq!([drift(&workplace, stack, "web"), drift(&workplace, stack, "cache")], ["changed", "in_sync"]);
    let without = compose.split("  web:").next().expect("the cache").to_owned() + "volumes:\n  cache_data:\n";
    workplace.stack(stack, &without);
    assert_eq!([drift(&workplace, stack, "web"), drift(&workplace, stack, "cache")], ["orphan", "in_sync"]);
    workplace.stack(stack, "services: [broken\n");
    assert_eq!(drift(&workplace, stack, "cache"), "unknown", "a file that cannot be read tells nothing");

    workplace.stack(stack, &compose);
    workplace.run(["-s", stack, "down", "-v"]).succeeded("down");
    docker(["rmi", "--no-prune", &image]);
}
