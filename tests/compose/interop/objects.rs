//! Names that somebody else has taken, in ours as in docker compose.

use super::{Both, Tool, forged};
use crate::real;
use crate::support::engine::{docker, inspect};
use libtest_mimic::Trial;
use std::process::Command;

/// A case for each of the two.
macro_rules! each {
    ($($case:ident),+) => {
        vec![$(
            real::trial(concat!("interop::objects::", stringify!($case), "::ours"), || $case(&Both::new(), Tool::Ours)),
            real::trial(concat!("interop::objects::", stringify!($case), "::theirs"), || $case(&Both::new(), Tool::Theirs)),
        )+]
    };
}

pub fn trials() -> Vec<Trial> {
    each!(
        a_container_of_nobody_is_left_alone,
        a_network_of_nobody_is_refused,
        a_network_of_another_project_is_used,
        a_volume_of_nobody_is_used,
        a_volume_of_another_project_is_used,
        a_missing_external_network_is_refused,
        a_missing_external_volume_is_refused
    )
}

/// An object beside the project, gone when the test ends.
struct Foreign {
    what: &'static str,
    name: String,
}

impl Foreign {
    fn make(what: &'static str, name: String, labels: &[(&str, &str)]) -> Self {
        let mut command = Command::new("docker");
        command.args([what, "create"]);
        for (key, value) in labels {
            command.args(["--label", &format!("com.docker.compose.{key}={value}")]);
        }
        let output = command.arg(&name).output().expect("the docker client");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { what, name }
    }

    fn is_there(&self) -> bool {
        inspect(&self.name).is_some()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        drop(Command::new("docker").args([self.what, "rm", &self.name]).output());
    }
}

const KEEPER: &str = "    volumes: ['data:/data']\nvolumes:\n  data:\n";

fn with_volume(both: &Both) {
    both.write("compose.yaml", &format!("{}{KEEPER}", forged::FILE));
}

fn a_container_of_nobody_is_left_alone(both: &Both, tool: Tool) {
    both.write("compose.yaml", forged::FILE);
    let name = format!("{}-web-1", both.name());
    let id = docker(["create", "--name", &name, "mcp-tui-test/busybox", "true"]);
    let refused = both.run(tool, &["up", "-d"]);
    let after = docker(["inspect", "--format", "{{.Id}}", &name]);
    docker(["rm", "--force", &name]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains(&name), "{}", refused.stderr);
    assert_eq!(after, id);
    both.up(tool);
}

fn a_network_of_nobody_is_refused(both: &Both, tool: Tool) {
    both.write("compose.yaml", forged::FILE);
    let network = Foreign::make("network", format!("{}_default", both.name()), &[]);
    let refused = both.run(tool, &["up", "-d"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains(&network.name), "{}", refused.stderr);
    assert!(both.docker.containers().is_empty() && network.is_there());
}

fn a_network_of_another_project_is_used(both: &Both, tool: Tool) {
    both.write("compose.yaml", forged::FILE);
    let network = Foreign::make(
        "network",
        format!("{}_default", both.name()),
        &[("project", "another"), ("network", "default")],
    );
    let said = both.up(tool);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(
        said.contains(&network.name) && said.contains("exists but was not created for project")
            || said.contains("belongs to the project another"),
        "{said}"
    );
    assert_eq!(both.docker.running("web").len(), 1);
    drop(both.run(tool, &["down"]));
    assert!(both.docker.containers().is_empty());
    assert!(network.is_there(), "it is not ours to remove");
}

fn a_volume_of_nobody_is_used(both: &Both, tool: Tool) {
    with_volume(both);
    let volume = Foreign::make("volume", format!("{}_data", both.name()), &[]);
    let said = both.up(tool);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains(&volume.name), "{said}");
    both.does(tool, &["down"]);
    assert!(volume.is_there());
}

fn a_volume_of_another_project_is_used(both: &Both, tool: Tool) {
    with_volume(both);
    let volume = Foreign::make(
        "volume",
        format!("{}_data", both.name()),
        &[("project", "another"), ("volume", "data")],
    );
    let said = both.up(tool);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains(&volume.name) && said.contains("another"), "{said}");
    both.does(tool, &["down"]);
    assert!(volume.is_there());
}

fn a_missing_external_network_is_refused(both: &Both, tool: Tool) {
    refused(both, tool, "    networks: [out]\nnetworks");
}

fn a_missing_external_volume_is_refused(both: &Both, tool: Tool) {
    refused(both, tool, "    volumes: ['out:/out']\nvolumes");
}

/// Nothing comes of an `up` of a service that uses the external object `out`, declared in the section that `use_` ends with.
fn refused(both: &Both, tool: Tool, use_: &str) {
    let missing = format!("{}-out", both.name());
    let text = format!("{}{use_}:\n  out: {{external: true, name: {missing}}}\n", forged::FILE);
    both.write("compose.yaml", &text);
    let refused = both.run(tool, &["up", "-d"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains(&missing), "{}", refused.stderr);
    assert!(both.docker.containers().is_empty());
}
