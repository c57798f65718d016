//! Containers that a Compose tool might have made, but for some label.

use super::{Both, Tool};
use crate::support::engine::{docker, inspect};
use std::collections::BTreeMap;
use std::process::Command;

pub const FILE: &str = "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n";

/// Brings the project up with docker compose and puts in its container's place one with other labels: the change gets
/// them without their common prefix. Gives the id.
pub fn container(both: &Both, change: impl FnOnce(&mut BTreeMap<String, String>)) -> String {
    both.write("compose.yaml", FILE);
    both.up(Tool::Theirs);
    let name = format!("{}-web-1", both.name());
    let found = inspect(&name).expect("the container");
    let labels = found.pointer("/Config/Labels").and_then(|labels| labels.as_object()).expect("labels");
    let prefix = "com.docker.compose.";
    let own = labels
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.as_str()?.to_owned())));
    let mut own: BTreeMap<String, String> = own.collect();
    change(&mut own);
    docker(["rm", "--force", &name]);
    let network = format!("{}_default", both.name());
    let mut command = Command::new("docker");
    command.args(["run", "--detach", "--init", "--name", &name, "--network", &network]);
    for (key, value) in &own {
        command.args(["--label", &format!("{prefix}{key}={value}")]);
    }
    command.args(["mcp-tui-test/busybox", "sleep", "1000"]);
    let output = command.output().expect("the docker client");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
