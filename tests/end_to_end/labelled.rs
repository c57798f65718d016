//! Projects outside of the stack search path, started by whoever: their containers' labels name their files.

use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("labelled::a_project_anywhere_is_known_whole", a_project_anywhere_is_known_whole),
        trial("labelled::the_console_counts_what_is_missing", the_console_counts_what_is_missing),
        trial("labelled::commands_use_its_files_and_say_so", commands_use_its_files_and_say_so),
        trial("labelled::files_out_of_reach_are_named", files_out_of_reach_are_named),
        trial("labelled::only_the_stack_that_is_named_is_shown", only_the_stack_that_is_named_is_shown),
        trial("labelled::what_is_not_there_is_taken_down_with_a_word", what_is_not_there_is_taken_down),
        trial("labelled::a_held_stack_is_refused_without_a_task", a_held_stack_is_refused_without_a_task),
    ]
}

const PAIR: &str = r#"
services:
  web: &quiet
    image: mcp-tui-test/busybox
    command: ["sleep", "600"]
    init: true
    environment: {GREETING: "${GREETING:-none}"}
  cache:
    <<: *quiet
"#;

/// Deploys the pair from a directory that is in no search path.
fn deployed(workplace: &Workplace, project: &Project) -> PathBuf {
    let file = workplace.write("srv/pair.yaml", PAIR);
    let path = file.to_string_lossy().into_owned();
    let variables = workplace.write("srv/prod.env", "GREETING=hello\n").to_string_lossy().into_owned();
    workplace.run(["-f", &path, "--env-file", &variables, "-p", &project.name, "up"]).succeeded("up");
    assert_eq!([project.running("web").len(), project.running("cache").len()], [1, 1]);
    file
}

fn service(workplace: &Workplace, stack: &str, service: &str) -> Value {
    let status = workplace.run(["status", "--json"]).succeeded("status").json();
    let stacks = status["stacks"].as_array().expect("stacks").clone();
    let found = stacks.into_iter().find(|listed| listed["stack"] == stack).expect("the stack");
    assert_eq!(found["origin"], "labels", "{found}");
    found["services"][service].clone()
}

fn a_project_anywhere_is_known_whole() {
    let (workplace, project) = (Workplace::new(), Project::new("labelled"));
    let stack = project.name.as_str();
    let file = deployed(&workplace, &project);
    let web = service(&workplace, stack, "web");
    assert_eq!((&web["drift"], &web["wanted"]), (&"in_sync".into(), &1.into()), "its env file counts: {web}");

    docker(["rm", "--force", &format!("{stack}-cache-1")]);
    let cache = service(&workplace, stack, "cache");
    assert_eq!((&cache["running"], &cache["wanted"]), (&0.into(), &1.into()), "it is missed: {cache}");

    fs::write(&file, PAIR.replace("sleep\", \"600", "sleep\", \"700")).expect("the file");
    assert_eq!(service(&workplace, stack, "web")["drift"], "changed");

    let all = workplace.run(["plan"]).stdout;
    assert!(all.contains(&format!("up {stack}")), "a plan of all stacks has it: {all}");
    let listed = workplace.run(["stacks"]).succeeded("stacks").stdout;
    let row = listed.lines().find(|line| line.starts_with(stack)).unwrap_or_default();
    assert!(row.contains("labels") && row.contains("pair.yaml"), "{listed}");
    workplace.run(["-p", stack, "down"]).succeeded("down");
}

fn the_console_counts_what_is_missing() {
    let (workplace, project) = (Workplace::new(), Project::new("counted"));
    let stack = project.name.as_str();
    deployed(&workplace, &project);
    let mut console = workplace.console((160, 48), []);
    let row = |screen: &str, name: &str| {
        let is_row = |line: &&str| {
            let services = line.split('│').nth(1).unwrap_or_default();
            // A long name is cut.
            let is_it = |word: &str| word.strip_suffix('…').map_or(word == name, |cut| name.starts_with(cut));
            services.split_whitespace().take(3).any(is_it)
        };
        screen.lines().find(is_row).unwrap_or_default().to_owned()
    };
    console.wait_text("containers run ┐");
    console.keys(&format!("1/{stack}<enter>g"));
    console.wait("both in sync", PATIENCE, |screen| {
        row(screen, stack).contains("2/2") && row(screen, "web").contains("in sync")
    });
    docker(["rm", "--force", &format!("{stack}-cache-1")]);
    console.wait("one of two", PATIENCE, |screen| {
        row(screen, stack).contains("1/2") && row(screen, "cache").contains("0/1")
    });
    let file = workplace.path("srv/pair.yaml");
    fs::write(&file, PAIR.replace("sleep\", \"600", "sleep\", \"700")).expect("the file");
    console.wait("the edit", PATIENCE, |screen| row(screen, "web").contains("changed"));
    console.keys("gi");
    console.wait_text("known by: the labels of its containers, outside of the search path");
    console.wait_text("up would: recreate: configuration changed: command");
    console.wait_text("up would: create");
    console.keys("<esc>");
    console.wait_gone("known by: ");
    super::demo::quit(&mut console);
}

fn commands_use_its_files_and_say_so() {
    let (workplace, project) = (Workplace::new(), Project::new("used"));
    let stack = project.name.as_str();
    deployed(&workplace, &project);
    for command in ["-p", "-s"] {
        let config = workplace.run([command, stack, "config"]).succeeded("config");
        assert!(config.stdout.contains("GREETING: hello"), "{}", config.stdout);
        assert!(config.stderr.contains("pair.yaml"), "whose files they are is said: {}", config.stderr);
    }
    let plan = workplace.run(["-p", stack, "plan", "--exit-code"]).succeeded("nothing to do");
    assert!(plan.stdout.contains("2 unchanged"), "{}", plan.stdout);
    let check = workplace.run(["stacks", "check", stack]);
    assert!(check.stdout.contains(&format!("{stack}: ")), "{}{}", check.stdout, check.stderr);
    let by_path = workplace.path("srv/pair.yaml").to_string_lossy().into_owned();
    assert_eq!(workplace.run(["stacks", "check", &by_path]).code, check.code);

    // Files that are here are used first, as docker compose does, and what is wrong with that is said.
    workplace.write("work/compose.yaml", &PAIR.replace("cache:", "other:"));
    let foreign = workplace.run(["-p", stack, "plan", "down"]).succeeded("plan down").stdout;
    assert!(foreign.contains("srv/pair.yaml") && foreign.contains("work/compose.yaml"), "{foreign}");
    let status = workplace.run(["-p", stack, "status"]).succeeded("status").stdout;
    assert!(status.contains("cache") && !status.contains("other"), "{status}");
    fs::remove_file(workplace.path("work/compose.yaml")).expect("the file");

    let down = workplace.run(["-p", stack, "down"]).succeeded("down");
    assert!(down.stderr.contains("pair.yaml"), "{}", down.stderr);
    assert!(project.containers().is_empty());
}

fn files_out_of_reach_are_named() {
    let (workplace, project) = (Workplace::new(), Project::new("away"));
    let stack = project.name.as_str();
    let file = deployed(&workplace, &project);
    fs::remove_file(&file).expect("the file");
    assert_eq!(service(&workplace, stack, "web")["drift"], "unknown", "never in sync");
    let status = workplace.run(["-p", stack, "status"]).succeeded("status").stdout;
    assert!(status.contains("pair.yaml") && status.contains("unknown"), "{status}");
    workplace.run(["-p", stack, "config"]).failed(4, ["pair.yaml", "hint: "]);
    workplace.run(["-p", stack, "up"]).failed(4, ["pair.yaml", "hint: "]);
    let stop = workplace.run(["-p", stack, "kill"]).succeeded("kill").stdout;
    assert!(stop.contains("labels alone"), "{stop}");
    workplace.run(["-p", stack, "down"]).succeeded("down");
}

fn only_the_stack_that_is_named_is_shown() {
    let (workplace, project) = (Workplace::new(), Project::new("named"));
    let stack = project.name.as_str();
    deployed(&workplace, &project);
    let here = format!("{stack}-here");
    workplace.stack(&here, PAIR);
    let stacks = |finished: Finished| {
        let status = finished.succeeded("status").json();
        let names = status["stacks"].as_array().expect("stacks").iter();
        names.map(|stack| stack["stack"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(stacks(workplace.run(["-p", stack, "status", "--json"])), [stack]);
    assert_eq!(stacks(workplace.run(["-s", stack, "status", "--json"])), [stack]);
    assert_eq!(stacks(workplace.run(["-s", &here, "status", "--json"])), [here.as_str()]);

    let all = workplace.run(["status"]).succeeded("status").stdout;
    let line = all.lines().find(|line| line.starts_with("built in and not deployed: ")).unwrap_or_default();
    assert!(line.contains("mcp-tui stacks"), "what was never deployed is one line: {all}");
    assert!(all.lines().any(|line| line.starts_with(&here)), "an operator's own is told of: {all}");
    let checked = workplace.run(["-s", &here, "stacks", "check"]).stdout;
    assert_eq!(checked.lines().filter(|line| line.contains(" tried")).count(), 1, "{checked}");
}

fn what_is_not_there_is_taken_down() {
    let (workplace, project) = (Workplace::new(), Project::new("nothing"));
    let stack = project.name.as_str();
    let down = workplace.run(["-p", stack, "down"]).succeeded("down of nothing");
    assert!(
        down.stdout.contains("no resource found to remove") && !down.stdout.contains('✓'),
        "{}",
        down.stdout
    );
    workplace.run(["-p", stack, "stop"]).failed(4, [stack]);
    // A network that is left over is found by its label.
    docker(["network", "create", "--label", &format!("com.docker.compose.project={stack}"), stack]);
    workplace.run(["-p", stack, "down"]).succeeded("down of a network");
    assert!(project.networks().is_empty());
    workplace.stack(stack, PAIR);
    let down = workplace.run(["-s", stack, "down"]).succeeded("down of files");
    assert!(
        down.stdout.contains("no resource found to remove") && !down.stdout.contains('✓'),
        "{}",
        down.stdout
    );
    let several = PAIR.replace("init: true", "init: maybe\n    cap_ad: [ALL]");
    workplace.stack(stack, &several);
    let broken = workplace.run(["-s", stack, "config"]).failed(2, ["init", "cap_ad"]);
    let errors = broken.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert!(errors >= 2, "a line for each: {}", broken.stderr);
}

fn a_held_stack_is_refused_without_a_task() {
    let (workplace, project) = (Workplace::new(), Project::new("held"));
    let stack = project.name.as_str();
    let stubborn = PAIR.replace("init: true", "stop_grace_period: 4s");
    workplace.stack(stack, &stubborn);
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let mut stop = workplace.command(["-s", stack, "stop"]);
    let mut stop = stop.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    let tasks = || workplace.run(["tasks", "list", "--json"]).succeeded("tasks").json();
    eventually("the stop to run", PATIENCE, || (tasks()[0]["state"] == "running").then_some(()));
    let refused = finish(workplace.command(["-s", stack, "restart"]), "restart");
    refused.failed(8, ["runs stop since", ", for ", "tasks attach"]);
    let listed = tasks();
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "what was refused is no task: {listed}");
    assert!(stop.wait().expect("a child of ours").success());
    workplace.run(["-s", stack, "down"]).succeeded("the next may begin at once");
}
