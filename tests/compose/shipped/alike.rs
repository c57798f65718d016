//! Each stack, with every choice of overlays and profiles, is the same project for docker compose as for this program.

use super::sources;
use crate::real;
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;
use serde_json::Value;
use std::path::Path;

pub fn trials() -> Vec<Trial> {
    vec![
        crate::support::trial("shipped::the_stacks_pass_their_own_check", the_stacks_pass_their_own_check),
        real::trial("shipped::mcp_resolves_as_in_docker_compose", || resolves_alike("mcp", &["dev", "tls"])),
        real::trial("shipped::mlflow_resolves_as_in_docker_compose", || resolves_alike("mlflow", &[])),
        real::trial("shipped::onyx_resolves_as_in_docker_compose", || {
            resolves_alike("onyx", &["prod", "monitoring", "logging"]);
        }),
        real::trial("shipped::replicas_resolves_as_in_docker_compose", || resolves_alike("replicas", &[])),
    ]
}

fn the_stacks_pass_their_own_check() {
    let workplace = Workplace::new();
    for entry in std::fs::read_dir(sources()).expect("the stacks") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            workplace.shipped_stack(&name, &name);
        }
    }
    let checked = workplace.run(["stacks", "check", "--json"]).succeeded("stacks check").json();
    let stacks = checked.as_array().expect("a list");
    assert_eq!(stacks.len(), 4, "{checked:#}");
    for stack in stacks {
        // What is not there yet before the first `up`, and nothing else.
        for problem in stack["review"]["problems"].as_array().expect("problems") {
            let text = problem["fault"]["causes"].to_string();
            assert!(
                text.contains("there is no file secrets/") || text.contains("there is no directory"),
                "{problem:#}"
            );
        }
    }
}

fn resolves_alike(stack: &str, overlays: &[&str]) {
    let directory = sources().join(stack);
    for choice in 0..1_usize << overlays.len() {
        let chosen: Vec<&str> = overlays
            .iter()
            .enumerate()
            .filter(|(place, _)| choice & (1 << place) != 0)
            .map(|(_, name)| *name)
            .collect();
        for profile in [None, Some("*")] {
            let words = words(&directory, &chosen, profile);
            let (ours, theirs) = (ours(&words), theirs(&words));
            assert!(
                theirs["services"].as_object().is_some_and(|services| !services.is_empty()),
                "{theirs:#}"
            );
            assert_eq!(ours, theirs, "{stack} with {chosen:?}, profile {profile:?}");
        }
    }
}

fn words(directory: &Path, overlays: &[&str], profile: Option<&str>) -> Vec<String> {
    let mut words = vec!["-f".to_owned(), directory.join("compose.yaml").display().to_string()];
    for name in overlays {
        words.extend(["-f".to_owned(), directory.join(format!("compose.{name}.yaml")).display().to_string()]);
    }
    words.extend(profile.into_iter().flat_map(|profile| ["--profile".to_owned(), profile.to_owned()]));
    words.extend(["config", "--format", "json"].map(str::to_owned));
    words
}

fn ours(words: &[String]) -> Value {
    let workplace = Workplace::new();
    let mut command = workplace.command([]);
    command.args(words);
    normal(finish(command, "config").succeeded("our config").json())
}

fn theirs(words: &[String]) -> Value {
    let workplace = Workplace::new();
    let mut command = real::command();
    command.args(words).env_clear().envs(workplace.environment()).current_dir(workplace.work());
    normal(finish(command, "config").succeeded("docker compose's config").json())
}

/// Without what versions of docker compose tell differently: from 5 on a bind mount's `create_host_path: true` goes
/// without saying.
fn normal(mut config: Value) -> Value {
    let services = config.get_mut("services").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, service) in services {
        let volumes = service.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten();
        for bind in volumes.filter_map(|volume| volume.get_mut("bind")?.as_object_mut()) {
            if bind.get("create_host_path") == Some(&Value::Bool(true)) {
                bind.remove("create_host_path");
            }
        }
    }
    config
}
