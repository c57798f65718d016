//! The other's commands on what one has brought up.

use super::{Both, Tool, documents, shop};
use crate::support::engine::docker;

pub fn containers_are_listed(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let listed = |words: &[&str]| {
        let mut names: Vec<String> = documents(&both.does(second, words).stdout)
            .iter()
            .filter_map(|item| item.get("Name").or_else(|| item.get("name"))?.as_str().map(str::to_owned))
            .map(|name| both.short(&name).to_owned())
            .collect();
        names.sort();
        names
    };
    let format: &[&str] = if second == Tool::Ours { &["--json"] } else { &["--format", "json"] };
    let running: Vec<&str> = shop::CONTAINERS.into_iter().filter(|name| *name != "migrate-1").collect();
    assert_eq!(listed(&[&["ps"], format].concat()), running);
    assert_eq!(listed(&[&["ps", "-a"], format].concat()), shop::CONTAINERS);
    assert_eq!(listed(&[&["ps"], format, &["worker"]].concat()), ["worker-1", "worker-2", "worker-3"]);
}

pub fn the_project_is_listed(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let listed = documents(&both.does(second, &["ls", "--all", "--format", "json"]).stdout);
    let entry = listed.iter().find(|entry| entry["Name"] == both.name()).expect("the project");
    let status = entry["Status"].as_str().unwrap_or_default();
    assert!(status.contains("running(6)") && status.contains("exited(1)"), "{status}");
    let files = entry["ConfigFiles"].as_str().unwrap_or_default();
    assert!(files.ends_with("/compose.yaml"), "{files}");
}

pub fn logs_are_read(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let text = both.does(second, &["logs"]).stdout;
    for container in ["worker-1", "worker-2", "worker-3"] {
        let said = |line: &str| line.contains(container) && line.contains("working as worker one for debug");
        assert!(text.lines().any(said), "{text}");
    }
    assert!(text.contains("migrated <sh> & done"), "{text}");
    let text = both.does(second, &["logs", "-n", "1", "migrate"]).stdout;
    assert_eq!(text.lines().count(), 1, "{text}");
}

pub fn restarts_in_place(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let (ids, started) = (both.ids(), both.each("{{.State.StartedAt}}"));
    both.does(second, &["restart", "db"]);
    assert_eq!(both.ids(), ids);
    let again = both.each("{{.State.StartedAt}}");
    let mut restarted: Vec<&str> =
        started.keys().filter(|name| started[*name] != again[*name]).map(|name| both.short(name)).collect();
    restarted.sort_unstable();
    // The workers depend on it with `restart: true`.
    assert_eq!(restarted, ["db-1", "worker-1", "worker-2", "worker-3"]);
}

pub fn stops_and_starts(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let ids = both.ids();
    both.does(second, &["stop"]);
    assert!(both.each("{{.State.Running}}").values().all(|running| running == "false"));
    both.does(second, &["start"]);
    let running =
        |(name, state): (&String, &String)| (both.short(name) != "migrate-1").then(|| state.clone());
    let states = both.each("{{.State.Running}}");
    assert!(states.iter().filter_map(running).all(|running| running == "true"), "{states:?}");
    assert_eq!(both.ids(), ids);
}

pub fn scales(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let before = both.ids();
    both.does(second, &["scale", "worker=1"]);
    let kept = |name: &String| !matches!(both.short(name), "worker-2" | "worker-3");
    let mut fewer = before.clone();
    fewer.retain(|name, _| kept(name));
    assert_eq!(both.ids(), fewer);
    both.does(second, &["scale", "worker=2", "web=2"]);
    let names: Vec<String> = both.docker.containers();
    let names: Vec<&str> = names.iter().map(|name| both.short(name)).collect();
    assert_eq!(names, ["app-1", "db-1", "migrate-1", "web-1", "web-2", "worker-1", "worker-2"]);
    for (name, id) in &fewer {
        assert_eq!(&docker(["inspect", "--format", "{{.Id}}", name]), id);
    }
    let label = |name: &str| {
        let format = "{{index .Config.Labels \"com.docker.compose.config-hash\"}}";
        docker(["inspect", "--format", format, &format!("{}-{name}", both.name())])
    };
    assert_eq!(label("worker-1"), label("worker-2"));
}

pub fn takes_down(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    both.does(second, &["down"]);
    assert!(both.docker.containers().is_empty());
    assert!(both.docker.networks().is_empty());
    assert_eq!(both.docker.volumes().len(), 2, "data stays");
    // The data is taken up again, without a word of it not being ours.
    let said = both.up(first);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(!said.contains("already exists") && !said.contains("was not made by"), "{said}");
    both.does(second, &["down", "-v"]);
    assert!(both.docker.volumes().is_empty());
}
