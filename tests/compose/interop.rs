//! Ours and the real docker compose on the same projects, on a real Engine: whatever one of them left, the other goes
//! on with. Every case is run both ways.

#[path = "interop/forged.rs"]
mod forged;
#[path = "interop/labels.rs"]
mod labels;
#[path = "interop/objects.rs"]
mod objects;
#[path = "interop/shop.rs"]
mod shop;
#[path = "interop/takeover.rs"]
mod takeover;
#[path = "interop/verbs.rs"]
mod verbs;

use crate::real;
use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case for each order of the two.
macro_rules! both_ways {
    ($($room:ident: $($case:ident),+;)+) => {
        vec![$($(
            real::trial(
                concat!("interop::", stringify!($room), "::", stringify!($case), "::ours_after_theirs"),
                || $room::$case(&Both::new(), Tool::Theirs, Tool::Ours),
            ),
            real::trial(
                concat!("interop::", stringify!($room), "::", stringify!($case), "::theirs_after_ours"),
                || $room::$case(&Both::new(), Tool::Ours, Tool::Theirs),
            ),
        )+)+]
    };
}

pub fn trials() -> Vec<Trial> {
    both_ways! {
        takeover: nothing_is_recreated, what_one_recreated_the_other_keeps, what_one_scaled_the_other_keeps,
            orphans_are_seen;
        verbs: containers_are_listed, the_project_is_listed, logs_are_read, restarts_in_place, stops_and_starts, scales, takes_down;
    }
    .into_iter()
    .chain(labels::trials())
    .chain(objects::trials())
    .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Ours,
    Theirs,
}

/// A project that both are used on.
pub struct Both {
    workplace: Workplace,
    pub docker: Project,
}

impl Both {
    pub fn new() -> Self {
        Self { workplace: Workplace::new(), docker: Project::new("interop") }
    }

    pub fn name(&self) -> &str {
        &self.docker.name
    }

    /// A file of the project, `compose.yaml` or what it speaks of.
    pub fn write(&self, name: &str, text: &str) {
        self.workplace.write(&format!("work/{name}"), text);
    }

    /// Runs one of them in the project's directory.
    pub fn run(&self, tool: Tool, words: &[&str]) -> Finished {
        let mut command = match tool {
            Tool::Ours => {
                let mut command = self.workplace.command([]);
                command.env("MCP_TUI_COMPOSE_VERSION", real::version());
                command
            }
            Tool::Theirs => {
                let mut command = real::command();
                command.env_clear().envs(self.workplace.environment()).current_dir(self.workplace.work());
                command
            }
        };
        command.args(["-p", self.name()]).args(words);
        finish(command, &format!("{tool:?}: {}", words.join(" ")))
    }

    /// The same, which must succeed.
    pub fn does(&self, tool: Tool, words: &[&str]) -> Finished {
        self.run(tool, words).succeeded(&format!("{tool:?}: {}", words.join(" ")))
    }

    pub fn up(&self, tool: Tool) -> Finished {
        self.does(tool, &["up", "-d"])
    }

    /// The ids of all containers by their names.
    pub fn ids(&self) -> BTreeMap<String, String> {
        self.each("{{.Id}}")
    }

    /// What `docker inspect` says of every container, by their names.
    pub fn each(&self, format: &str) -> BTreeMap<String, String> {
        let inspected = |name: String| {
            let value = docker(["inspect", "--format", format, &name]);
            (name, value)
        };
        self.docker.containers().into_iter().map(inspected).collect()
    }

    /// A container's name without the project's.
    pub fn short<'name>(&self, name: &'name str) -> &'name str {
        name.strip_prefix(self.name()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name)
    }
}

/// JSON as one document or as one line each.
pub fn documents(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let values = values.map(|value| value.expect("JSON"));
    values
        .flat_map(|value| match value {
            Value::Array(items) => items,
            value => vec![value],
        })
        .collect()
}
