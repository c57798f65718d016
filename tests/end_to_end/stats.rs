//! `stats`: what a stack's containers use, once and on and on.

use super::verbs::shop;
use crate::support::engine::trial;
use crate::support::wait::PATIENCE;
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("stats::tells_once_what_the_containers_use", tells_once_what_the_containers_use),
        trial("stats::goes_on_until_ctrl_c_and_leaves_its_table", goes_on_until_ctrl_c_and_leaves_its_table),
    ]
}

fn tells_once_what_the_containers_use() {
    let (workplace, project) = shop("stats");
    let stack = project.name.as_str();
    let told = workplace.run(["-s", stack, "--json", "stats", "--no-stream"]).succeeded("stats").json();
    let told = told.as_array().expect("a list");
    assert_eq!(told.len(), project.containers().len());
    for container in told {
        assert!(container["figures"]["memory_bytes"].as_u64() > Some(0), "{container}");
        assert!(container["figures"]["cpu_percent"].is_number(), "{container}");
    }
    let format = "{{.Service}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}";
    let one = workplace
        .run(["-s", stack, "stats", "--no-stream", "--format", format, "db"])
        .succeeded("stats of one service");
    assert!(one.stdout.starts_with("db ") && one.stdout.contains("% "), "{}", one.stdout);
    assert_eq!(one.stdout.lines().count(), 1, "{}", one.stdout);
    let table = workplace.run(["-s", stack, "stats", "--no-stream"]).succeeded("stats as a table");
    assert!(
        table.stdout.contains("MEM USAGE / LIMIT") && !table.stdout.contains('\u{1b}'),
        "{}",
        table.stdout
    );
    workplace.run(["-s", stack, "stats", "--no-stream", "nobody"]).failed(4, ["nobody"]);
}

fn goes_on_until_ctrl_c_and_leaves_its_table() {
    let (workplace, project) = shop("statslive");
    let mut terminal = workplace.console((120, 30), ["-s", &project.name, "stats"]);
    let name = format!("{}-db-1", project.name);
    terminal.wait(&format!("the figures of {name}"), PATIENCE, |screen| {
        screen.lines().any(|line| line.contains(&name) && line.contains("MiB"))
    });
    assert!(!terminal.on_alternate_screen());
    terminal.keys("<c-c>");
    assert_eq!(terminal.wait_exit(PATIENCE).exit_code(), 130);
    let headings = terminal.screen().lines().filter(|line| line.contains("CONTAINER ID")).count();
    assert_eq!(headings, 1, "each table stands where the one before stood:\n{}", terminal.screen());
}
