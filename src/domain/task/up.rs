//! What `up` and `create` are asked for, under the names of docker compose's flags.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A specification that an earlier version wrote lacks what is newer; that is then not asked for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, independent of the others"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpOptions {
    /// Empty: all whose profiles are active.
    pub services: Vec<String>,
    /// Make the containers anew even if nothing changed.
    pub force_recreate: bool,
    /// Keep containers although they are not what the files ask for.
    pub no_recreate: bool,
    /// With `force_recreate`, those of the dependencies too.
    pub always_recreate_deps: bool,
    /// Give a recreated container new anonymous volumes instead of the data of the old ones.
    pub renew_anon_volumes: bool,
    pub remove_orphans: bool,
    /// Say nothing of containers of services that the files do not have.
    pub ignore_orphans: bool,
    /// Leave what the named services depend on alone.
    pub no_deps: bool,
    pub no_start: bool,
    /// Until all services are up: healthy, or running where no health check can tell.
    pub wait: bool,
    /// How many seconds that may take; without it, as long as it takes.
    pub wait_timeout: Option<u32>,
    /// Never build: an image that is not there is a fault.
    pub no_build: bool,
    /// Build what can be built, even if it is there.
    pub build: bool,
    /// `missing`, `always`, `never` …, instead of what the files say.
    pub pull: Option<String>,
    /// Tell nothing of what builders write.
    pub quiet_build: bool,
    /// Tell nothing of the progress of pulls.
    pub quiet_pull: bool,
    /// How many seconds a container that is stopped has to end; without it, its own grace.
    pub timeout: Option<u32>,
    /// Go on although a check before the deploy fails.
    pub no_preflight: bool,
    /// Replicas by service, instead of those in the files.
    pub scale: BTreeMap<String, u32>,
}

impl UpOptions {
    /// All services that are named, wherever.
    pub fn named(&self) -> Vec<String> {
        self.services.iter().chain(self.scale.keys()).cloned().collect()
    }

    /// The flags as they are typed, without the services.
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.force_recreate, "--force-recreate"),
            (self.no_recreate, "--no-recreate"),
            (self.always_recreate_deps, "--always-recreate-deps"),
            (self.renew_anon_volumes, "--renew-anon-volumes"),
            (self.remove_orphans, "--remove-orphans"),
            (self.no_deps, "--no-deps"),
            (self.no_start, "--no-start"),
            (self.wait, "--wait"),
            (self.no_build, "--no-build"),
            (self.build, "--build"),
            (self.quiet_build, "--quiet-build"),
            (self.quiet_pull, "--quiet-pull"),
        ];
        let mut words: Vec<String> =
            flags.iter().filter(|(given, _)| *given).map(|(_, flag)| (*flag).to_owned()).collect();
        words.extend(self.pull.iter().map(|policy| format!("--pull={policy}")));
        words.extend(self.wait_timeout.map(|seconds| format!("--wait-timeout={seconds}")));
        words.extend(self.timeout.map(|seconds| format!("--timeout={seconds}")));
        words.extend(self.scale.iter().map(|(service, replicas)| format!("--scale={service}={replicas}")));
        words
    }
}
