//! Drives the server as clients do: bytes over its unix sockets.

mod client;
mod containers;
mod faults;
mod network;
mod speed;
mod story;
mod streams;

use super::{Scenario, Server};
use client::Client;
use std::time::Duration;
use tempfile::TempDir;

/// A world on a held clock, and the directory that its sockets lie in.
struct Stage {
    server: Server,
    _directory: TempDir,
}

impl Stage {
    fn of(scenario: Scenario) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = Server::start(scenario, directory.path()).unwrap();
        Self { server, _directory: directory }
    }

    fn held(name: &str) -> Self {
        Self::of(Scenario::builtin(name).unwrap().held())
    }

    fn client(&self) -> Client {
        Client::new(&self.server.socket())
    }

    fn pass(&self, seconds: u64) {
        self.server.advance(Duration::from_secs(seconds));
    }
}

#[test]
fn mistakes_in_scripts_are_told() {
    let place = Scenario::parse("seed: 1\nhost: {cores: many}\n").unwrap_err();
    assert!(place.contains("line 2"), "{place}");
    let image = "stacks: [{project: a, working_dir: /a, services: {b: {image: c}}}]";
    assert!(Scenario::parse(image).unwrap_err().contains("\"c\" is not among images"));
    assert!(Scenario::parse("colour: red").unwrap_err().contains("unknown field"));
    assert!(Scenario::builtin("nothing").unwrap_err().contains("mcp"));
}
