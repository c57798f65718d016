//! What one has brought up, the other takes over without a change.

use super::{Both, Tool, shop};
use crate::support::engine::docker;

const SCRATCH: &str = "/scratch/kept";

pub fn nothing_is_recreated(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let before = both.ids();
    let names: Vec<&str> = before.keys().map(|name| both.short(name)).collect();
    assert_eq!(names, shop::CONTAINERS);
    let started = both.each("{{.State.StartedAt}}");
    for tool in [second, first, second] {
        both.up(tool);
        assert_eq!(both.ids(), before, "up by {tool:?}");
    }
    // What ran goes on; only what had done its work is started once more.
    let again = both.each("{{.State.StartedAt}}");
    let restarted: Vec<&str> =
        started.keys().filter(|name| started[*name] != again[*name]).map(|name| both.short(name)).collect();
    assert_eq!(restarted, ["migrate-1"]);
    assert_eq!(both.docker.networks().len(), 2);
    assert_eq!(both.docker.volumes().len(), 2);
}

pub fn what_one_recreated_the_other_keeps(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let before = both.ids();
    let worker = format!("{}-worker-2", both.name());
    docker(["exec", &worker, "touch", SCRATCH]);
    both.write("worker.env", "NAME=another\n");
    both.up(second);
    let after = both.ids();
    let changed: Vec<&str> = after
        .keys()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| both.short(name))
        // Some versions of docker compose make what depends on it anew with it.
        .filter(|name| *name != "web-1" || second == Tool::Ours)
        .collect();
    assert_eq!(changed, ["worker-1", "worker-2", "worker-3"]);
    docker(["exec", &worker, "test", "-e", SCRATCH]);
    both.up(first);
    assert_eq!(both.ids(), after);
    both.up(second);
    assert_eq!(both.ids(), after);
}

pub fn what_one_scaled_the_other_keeps(both: &Both, first: Tool, second: Tool) {
    let _built = shop::write(both);
    both.up(first);
    let before = both.ids();
    both.does(second, &["scale", "worker=4"]);
    let mut wider = before.clone();
    let fourth = format!("{}-worker-4", both.name());
    wider.insert(fourth.clone(), both.ids()[&fourth].clone());
    assert_eq!(both.ids(), wider);
    both.up(first);
    assert_eq!(both.ids(), before, "the file asks for three");
    both.does(second, &["down", "-v"]);
    assert!(both.docker.containers().is_empty());
    assert!(both.docker.networks().is_empty());
    assert!(both.docker.volumes().is_empty());
}

pub fn orphans_are_seen(both: &Both, first: Tool, second: Tool) {
    let text =
        "services:\n  web: &web\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n";
    both.write("compose.yaml", &format!("{text}  gone: *web\n"));
    both.up(first);
    both.write("compose.yaml", text);
    let said = both.up(second);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains("orphan") && said.contains("gone-1"), "{said}");
    assert_eq!(both.docker.containers().len(), 2);
    both.does(second, &["up", "-d", "--remove-orphans"]);
    assert_eq!(both.docker.containers(), [format!("{}-web-1", both.name())]);
}
