//! Overlays are chosen by name for one command, or for good in the stack's `.env`; and a stack is checked before it is
//! deployed.

use crate::support::trial;
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use std::path::Path;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("overlays::are_laid_over_by_name", are_laid_over_by_name),
        trial("overlays::are_chosen_for_good_in_the_env_file", are_chosen_for_good),
        trial("overlays::lie_beside_the_file_one_works_at", lie_beside_the_file_one_works_at),
        trial("overlays::an_unknown_one_is_named", an_unknown_one_is_named),
        trial("overlays::a_check_tells_what_would_go_wrong", a_check_tells_what_would_go_wrong),
        trial("overlays::a_built_in_stack_is_laid_out_and_checked", a_built_in_stack_is_laid_out_and_checked),
    ]
}

/// A daemon that is not there: nothing here needs one.
const NOBODY: &str = "unix:///nonexistent/docker.sock";

fn shop() -> Workplace {
    let workplace = Workplace::new();
    workplace.stack("shop", "x-mcp: {title: Shop}\nservices:\n  web:\n    image: web\n    hostname: base\n");
    for (name, host) in [("prod", "many"), ("dev", "one")] {
        let text = format!("services:\n  web:\n    hostname: {host}\n    domainname: {name}.example\n");
        workplace.write(&format!("work/stacks/shop/compose.{name}.yaml"), &text);
    }
    workplace
}

fn host(workplace: &Workplace, overlays: &[&str]) -> String {
    let mut command = workplace.command(["-s", "shop"]);
    for overlay in overlays {
        command.args(["--overlay", overlay]);
    }
    command.args(["config", "--format", "json"]);
    // Of whoever calls, for another directory: it must not change what a stack of the search path is.
    command.env("COMPOSE_FILE", "elsewhere.yaml");
    let config = crate::support::workplace::finish(command, "config").succeeded("config").json();
    let web = &config["services"]["web"];
    format!("{}.{}", web["hostname"].as_str().unwrap_or_default(), web["domainname"].as_str().unwrap_or("–"))
}

fn are_laid_over_by_name() {
    let workplace = shop();
    assert_eq!(host(&workplace, &[]), "base.–");
    assert_eq!(host(&workplace, &["prod"]), "many.prod.example");
    assert_eq!(host(&workplace, &["prod", "dev"]), "one.dev.example");
}

fn are_chosen_for_good() {
    let workplace = shop();
    workplace.write("work/stacks/shop/.env", "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n");
    assert_eq!(host(&workplace, &[]), "many.prod.example");
    assert_eq!(host(&workplace, &["dev"]), "one.dev.example");
    let listed = workplace.run(["-H", NOBODY, "stacks"]).succeeded("stacks").stdout;
    let row = listed.lines().find(|line| line.starts_with("shop")).expect("a row of the stack");
    assert!(row.contains("dev, prod*"), "{row}");
}

fn lie_beside_the_file_one_works_at() {
    let workplace = shop();
    let directory = workplace.path("work/stacks/shop");
    workplace.write("work/stacks/shop/html/index.html", "hello");
    workplace.write("work/stacks/shop/other.yaml", "services:\n  web:\n    image: other\n");
    let config = |directory: &Path, arguments: &[&str]| {
        let mut command = workplace.command([]);
        command.args(arguments).current_dir(directory);
        finish(command, "config")
    };
    let hostname = |ended: Finished| ended.succeeded("config").json()["services"]["web"]["hostname"].clone();
    let asked = ["--overlay", "prod", "config", "--format", "json"];
    assert_eq!(hostname(config(&directory, &asked)), "many");
    assert_eq!(hostname(config(&directory.join("html"), &asked)), "many", "the file lies above");
    let file = directory.join("compose.yaml");
    let named = [&["-f", file.to_str().expect("a path that is text")], &asked[..]].concat();
    assert_eq!(hostname(config(&directory.join("html"), &named)), "many");
    config(&directory, &["--overlay", "prdo", "config"]).failed(4, ["prdo", "did you mean `prod`?"]);
    let beside = ["-f", "other.yaml", "--overlay", "prod", "config"];
    config(&directory, &beside).failed(4, ["no such overlay"]);
}

fn an_unknown_one_is_named() {
    let workplace = shop();
    workplace.run(["-s", "shop", "--overlay", "prdo", "config"]).failed(4, ["prdo", "did you mean `prod`?"]);
    workplace.run(["--overlay", "prod", "config"]).failed(4, ["overlay prod", "-s"]);
}

fn a_check_tells_what_would_go_wrong() {
    let workplace = shop();
    let checked = workplace.run(["stacks", "check", "shop"]).succeeded("check").stdout;
    assert!(
        checked.contains("warning") && checked.contains("nothing says what this overlay is for"),
        "{checked}"
    );
    workplace.write("work/stacks/shop/compose.prod.yaml", "services:\n  web:\n    ports: ['${PORT}:80']\n");
    let checked = workplace.run(["stacks", "check", "shop"]);
    assert_eq!(checked.code, Some(2), "{}", checked.stdout);
    assert!(
        checked.stdout.contains("compose.prod.yaml:3:13: the variable PORT has neither"),
        "{}",
        checked.stdout
    );
    assert!(checked.stdout.contains("hint: write ${PORT:-default}"), "{}", checked.stdout);
    assert!(checked.stdout.contains("shop: 1 error"), "{}", checked.stdout);
    workplace.run(["stacks", "check", "shpo"]).failed(4, ["did you mean `shop`?"]);
}

fn a_built_in_stack_is_laid_out_and_checked() {
    let workplace = Workplace::new();
    let checked = workplace.run(["stacks", "check", "onyx"]).succeeded("check").stdout;
    assert!(checked.contains("hint: run ") && checked.contains("onyx/prepare"), "{checked}");
    let config =
        workplace.run(["-s", "onyx", "--overlay", "prod", "config", "--services"]).succeeded("config").stdout;
    assert!(config.lines().any(|line| line == "postgres-slave"), "{config}");
}
