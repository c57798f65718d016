//! Updates of a stack with a migration that others wait for and that ends, on the real Engine.

use crate::support::engine::trial;
use crate::support::project::Project;
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use serde_json::Value;

pub fn trials() -> Vec<Trial> {
    vec![trial(
        "one_shot::what_has_ended_well_keeps_nobody_from_an_update_and_back",
        what_has_ended_well_keeps_nobody_from_an_update_and_back,
    )]
}

fn text(migration: &str, api: &str) -> String {
    format!(
        r#"
services:
  migrate:
    image: mcp-tui-test/busybox
    command: sh -c "{migration}"
  api:
    image: mcp-tui-test/busybox
    command: sleep 1000
    init: true
    environment: {{NAME: {api}}}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
    x-mcp: {{update: {{min_healthy_time: 1s}}}}
"#
    )
}

/// Its id and when it was last started.
fn life(project: &Project, service: &str) -> (String, String) {
    let container = project.inspect(service).expect("a container");
    let text = |pointer| container.pointer(pointer).and_then(Value::as_str).expect("a text").to_owned();
    (text("/Id"), text("/State/StartedAt"))
}

fn name_of_api(project: &Project) -> String {
    let container = project.inspect("api").expect("a container");
    let environment = container.pointer("/Config/Env").and_then(Value::as_array).expect("an environment");
    let name = environment.iter().filter_map(Value::as_str).find_map(|line| line.strip_prefix("NAME="));
    name.expect("a name").to_owned()
}

fn what_has_ended_well_keeps_nobody_from_an_update_and_back() {
    let (workplace, project) = (Workplace::new(), Project::new("once"));
    let stack = project.name.as_str();
    let write = |migration: &str, api: &str| drop(workplace.stack(stack, &text(migration, api)));
    let both = [format!("{stack}-api-1"), format!("{stack}-migrate-1")];
    write("echo first", "one");
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let first = life(&project, "migrate");

    write("echo first", "two");
    workplace.run(["-s", stack, "update"]).succeeded("an update of api");
    assert_eq!(name_of_api(&project), "two");
    assert_eq!(life(&project, "migrate"), first, "it is not done once more");
    assert_eq!(project.containers(), both);
    workplace.run(["-s", stack, "rollback"]).succeeded("back");
    assert_eq!(name_of_api(&project), "one");
    assert_eq!(life(&project, "migrate"), first, "nor on the way back");
    assert_eq!(project.containers(), both);

    let (api, _) = life(&project, "api");
    write("exit 3", "three");
    let failed = workplace.run(["-s", stack, "update"]).failed(7, ["exit code 3", "rolled back"]);
    assert_eq!(life(&project, "migrate"), first, "{}", failed.stdout);
    assert_eq!(life(&project, "api").0, api, "whoever waits for it never came: {}", failed.stdout);
    assert_eq!(project.containers(), both);

    write("echo second", "three");
    workplace.run(["-s", stack, "update"]).succeeded("an update of both");
    assert_eq!(name_of_api(&project), "three");
    assert_ne!(life(&project, "migrate").0, first.0, "its change is a work to do");
    assert_eq!(project.containers(), both);
}
