//! What `pull`, `build` and `push` are asked for, under the names of docker compose's flags.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, independent of the others"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PullOptions {
    /// Empty: all whose profiles are active.
    pub services: Vec<String>,
    /// What the named services depend on too.
    pub include_deps: bool,
    /// Leave out what can be built.
    pub ignore_buildable: bool,
    /// Go on when an image cannot be had.
    pub ignore_pull_failures: bool,
    /// `missing` or `always`, instead of what the files say.
    pub policy: Option<String>,
    pub quiet: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, independent of the others"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuildOptions {
    pub services: Vec<String>,
    pub with_dependencies: bool,
    /// Arguments besides and instead of those in the files; one without a value is left to the builder.
    pub args: BTreeMap<String, Option<String>>,
    pub no_cache: bool,
    /// Ask registries for newer base images.
    pub pull: bool,
    /// Push what was built.
    pub push: bool,
    /// Bytes that the containers of the steps may use.
    pub memory: Option<u64>,
    pub quiet: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PushOptions {
    pub services: Vec<String>,
    pub include_deps: bool,
    /// Go on when an image cannot be pushed.
    pub ignore_push_failures: bool,
    pub quiet: bool,
}

impl PullOptions {
    /// The flags as they are typed, and the services.
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.include_deps, "--include-deps"),
            (self.ignore_buildable, "--ignore-buildable"),
            (self.ignore_pull_failures, "--ignore-pull-failures"),
            (self.quiet, "--quiet"),
        ];
        let policy = self.policy.iter().map(|policy| format!("--policy={policy}"));
        given(&flags).chain(policy).chain(self.services.iter().cloned()).collect()
    }
}

impl BuildOptions {
    /// The same. Values of arguments may be secret, and only their names are told.
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.with_dependencies, "--with-dependencies"),
            (self.no_cache, "--no-cache"),
            (self.pull, "--pull"),
            (self.push, "--push"),
            (self.quiet, "--quiet"),
        ];
        let args = self.args.keys().map(|name| format!("--build-arg={name}"));
        let memory = self.memory.map(|bytes| format!("--memory={bytes}"));
        given(&flags).chain(args).chain(memory).chain(self.services.iter().cloned()).collect()
    }
}

impl PushOptions {
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.include_deps, "--include-deps"),
            (self.ignore_push_failures, "--ignore-push-failures"),
            (self.quiet, "--quiet"),
        ];
        given(&flags).chain(self.services.iter().cloned()).collect()
    }
}

fn given<'flags>(flags: &'flags [(bool, &'static str)]) -> impl Iterator<Item = String> + use<'flags> {
    flags.iter().filter(|(given, _)| *given).map(|(_, flag)| (*flag).to_owned())
}
