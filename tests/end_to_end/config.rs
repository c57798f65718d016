//! `config`: the resolved project, without a daemon.

use super::bad_input::NOBODY;
use crate::support::trial;
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use serde_json::{Value, json};

pub fn trials() -> Vec<Trial> {
    vec![trial("config::prints_what_docker_compose_prints", prints_what_docker_compose_prints)]
}

const FILE: &str = "
name: shop
services:
  web: {image: 'nginx:${TAG:-1}', command: 'echo $$HOME', volumes: ['data:/data'], secrets: [key], depends_on: [db]}
  db: {image: postgres, post_start: [{command: a b}]}
  debug: {image: busybox, profiles: [debug]}
volumes: {data: , unused: }
secrets: {key: {environment: KEY}, unused: {file: ./x}}
";

fn prints_what_docker_compose_prints() {
    let workplace = Workplace::new();
    let file = workplace.write("work/shop.yaml", FILE);
    let file = file.to_string_lossy();
    let run = |arguments: &[&str]| {
        let mut command = workplace.command(["-H", NOBODY, "-f", &file]);
        command.args(arguments);
        finish(command, "config").succeeded("config").stdout
    };
    let project: Value = serde_json::from_str(&run(&["config", "--format", "json"])).expect("JSON");
    assert_eq!(project["services"]["web"]["command"], json!(["echo", "$$HOME"]));
    assert_eq!(project["services"]["db"]["post_start"], json!([{ "command": ["a", "b"] }]));
    assert_eq!(project["secrets"], json!({ "key": { "name": "shop_key", "environment": "KEY" } }));
    assert_eq!(project["volumes"], json!({ "data": { "name": "shop_data" } }));
    assert!(project["services"].get("debug").is_none());

    let written = workplace.path("resolved.yaml");
    assert_eq!(run(&["config", "-o", &written.to_string_lossy()]), "");
    let written = written.to_string_lossy();
    let mut again = workplace.command(["-H", NOBODY, "-f", &written, "config"]);
    again.args(["--format", "json"]);
    let again = finish(again, "config").succeeded("config").json();
    assert_eq!(again, project, "what is printed resolves to itself");

    assert_eq!(run(&["config", "--services"]), "db\nweb\n");
    assert_eq!(run(&["config", "--volumes"]), "data\n");
    assert_eq!(run(&["config", "--images"]), "nginx:1\npostgres\n");
    assert_eq!(run(&["config", "--profiles"]), "debug\n");
    assert_eq!(run(&["--profile", "debug", "config", "--services"]), "db\ndebug\nweb\n");
    assert_eq!(run(&["config", "--services", "db"]), "db\n");
    assert_eq!(run(&["config", "--quiet"]), "");
    let hashes = run(&["config", "--hash", "*"]);
    assert_eq!(run(&["config", "--hash", "web"]), hashes.lines().nth(1).expect("web's").to_owned() + "\n");
    workplace.run(["-H", NOBODY, "-f", &file, "config", "nosuch"]).failed(4, ["nosuch", "web"]);
    workplace.run(["-H", NOBODY, "-f", &file, "config", "--hash", "nosuch"]).failed(4, ["nosuch"]);
}
