//! A container as the daemon reports it.

use super::Safe;
use super::figures::NetworkOwner;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// The full 64-digit id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContainerId(pub String);

impl ContainerId {
    /// The twelve digits people use.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
    /// A state this version has no word for.
    Unknown,
}

impl ContainerState {
    /// Whether it does its work, if only after a pause. One that waits for its restart is alive to Docker, and has to be
    /// stopped like the others, but serves nobody: what counts those that run counts by this.
    pub fn serves(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// Docker's own health verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Starting,
    Healthy,
    Unhealthy,
}

impl Health {
    /// As Docker writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// The labels by which Compose tools recognise their containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeLabels {
    pub project: String,
    pub service: String,
    pub number: Option<u32>,
    pub oneoff: bool,
    pub config_hash: Option<String>,
    /// The id of the image the container was created from.
    pub image: Option<String>,
    pub working_dir: Option<String>,
    /// Those of `--env-file`.
    pub env_files: Vec<String>,
    pub config_files: Vec<String>,
    /// `service:condition:restart`, as written.
    pub depends_on: Vec<String>,
    /// The version of the tool that created the container.
    pub version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPort {
    pub host_address: Option<IpAddr>,
    pub host_port: Option<u16>,
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub network: String,
    pub address: Option<IpAddr>,
    /// How many bits of the address are the network's.
    #[serde(default)]
    pub prefix: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountPoint {
    /// `volume`, `bind`, `tmpfs`…
    pub kind: String,
    /// The volume's name, or the host path of a bind.
    pub source: String,
    pub target: String,
    pub read_write: bool,
}

/// What only an inspect tells. Absent until the container has been inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerDetails {
    pub pid: Option<u32>,
    pub exit_code: i64,
    pub oom_killed: bool,
    /// `State.Error`, when the daemon could not start it.
    pub error: Option<Safe>,
    pub restart_count: u64,
    /// `no`, `on-failure`, `always` or `unless-stopped`.
    #[serde(default)]
    pub restart_policy: String,
    /// How the run before this one ended, or this one when it is over, as far as that was seen.
    #[serde(default)]
    pub last_end: Option<LastEnd>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub tty: bool,
    /// The grace the daemon gives before it kills; Docker's default is 10 s.
    pub stop_grace: Option<Duration>,
    pub log_driver: String,
    /// Where the daemon keeps the log on its own host, for drivers that write files.
    #[serde(default)]
    pub log_path: Option<String>,
    /// Whether the daemon begins a new file when the log's has grown to a size.
    #[serde(default)]
    pub log_rotates: bool,
    /// How much the log's files may take together before the daemon removes the oldest, where it is told.
    #[serde(default)]
    pub log_most_bytes: Option<u64>,
    /// What Docker's health check runs: `CMD-SHELL` or `CMD` and its words; empty where there is none.
    #[serde(default)]
    pub health_test: Vec<String>,
    /// How long Docker lets the check run.
    #[serde(default)]
    pub health_timeout: Option<Duration>,
    /// The last runs of the health check that the daemon keeps, the oldest first.
    #[serde(default)]
    pub health_runs: Vec<HealthRun>,
    /// The output of the last health check, when there is one.
    pub health_output: Option<Safe>,
    /// Consecutive failures of Docker's health check.
    pub failing_streak: u64,
    /// What is run: the executable and its arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// As the image or the file gives it: `1000:1000`, `postgres`; empty is root.
    #[serde(default)]
    pub user: String,
    /// Whether Docker's own first process waits for all others; `None` where the daemon's default says.
    #[serde(default)]
    pub init: Option<bool>,
    /// Shared memory at `/dev/shm`.
    #[serde(default)]
    pub shm_bytes: Option<u64>,
    /// What is mounted of memory, each with its options behind it: `/run size=64m`.
    #[serde(default)]
    pub tmpfs: Vec<String>,
    /// `None` without a limit of its own.
    #[serde(default)]
    pub memory_limit_bytes: Option<u64>,
    /// GPUs asked for: device ids, or a count (-1: all).
    pub gpu_requests: Vec<GpuRequest>,
    /// `KEY=value` as given to the container; secrets are masked where it is shown.
    pub environment: Vec<String>,
}

/// One run of Docker's health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthRun {
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// -1 when the test could not be run or took too long.
    pub exit_code: i64,
    pub output: Safe,
}

/// The end of a container's run. Docker's inspect forgets it as soon as the next run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEnd {
    pub exit_code: i64,
    pub oom_killed: bool,
    /// Somebody had asked the daemon to stop or to kill it.
    pub on_request: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuRequest {
    pub count: Option<i64>,
    pub device_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: ContainerId,
    pub name: Safe,
    pub image: Safe,
    pub image_id: String,
    pub compose: Option<ComposeLabels>,
    pub state: ContainerState,
    pub health: Option<Health>,
    /// Docker's own words: `Up 3 days (healthy)`.
    pub status: Safe,
    pub created: Option<Timestamp>,
    pub ports: Vec<PublishedPort>,
    pub networks: Vec<Attachment>,
    #[serde(default)]
    pub network_owner: NetworkOwner,
    pub mounts: Vec<MountPoint>,
    pub details: Option<ContainerDetails>,
}

/// How the names of our own containers begin that live no longer than a task. One that starts a stack's services has
/// the labels of a stack, and is none.
pub const HELPER_PREFIX: &str = "mcp-tui-helper-";
/// What they are labelled with, for people who wonder, and for their filters.
pub const HELPER_LABEL: &str = "mcp-tui.helper";

impl Container {
    /// Whether it is there for a task of ours, and for nobody who looks at stacks.
    pub fn is_helper(&self) -> bool {
        self.name.as_str().starts_with(HELPER_PREFIX)
    }

    /// `service-2` inside a stack, the container's name outside.
    pub fn tag(&self) -> String {
        match &self.compose {
            Some(ComposeLabels { service, number: Some(number), .. }) => format!("{service}-{number}"),
            Some(labels) => labels.service.clone(),
            None => self.name.to_string(),
        }
    }

    /// Alive to Docker: it can be stopped. Not all of these [serve](ContainerState::serves).
    pub fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
    }

    /// Whether it is down because that was asked for, so that nothing is broken whatever its exit code says.
    pub fn was_stopped(&self) -> bool {
        let Some(details) = self.details.as_ref().filter(|details| details.error.is_none()) else {
            return false;
        };
        let asked = details.last_end.is_some_and(|end| end.on_request);
        // Docker would have started it again, had it not been told to leave it.
        let left = matches!(details.restart_policy.as_str(), "always" | "unless-stopped");
        self.state == ContainerState::Exited && (asked || left && !details.oom_killed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;
    use rstest::rstest;

    fn ended(policy: &str, on_request: Option<bool>) -> Container {
        let last_end = on_request.map(|on_request| LastEnd { exit_code: 137, oom_killed: false, on_request });
        let details = ContainerDetails {
            exit_code: 137,
            restart_policy: policy.to_owned(),
            last_end,
            ..fixtures::details()
        };
        Container {
            state: ContainerState::Exited,
            details: Some(details),
            ..fixtures::container("shop-api-1")
        }
    }

    #[rstest]
    #[case::asked_for("no", Some(true), true)]
    #[case::not_asked_for("no", Some(false), false)]
    #[case::nothing_was_seen("on-failure", None, false)]
    #[case::docker_would_have_started_it("always", None, true)]
    #[case::docker_would_have_started_it("unless-stopped", Some(false), true)]
    fn a_container_was_stopped_when_that_was_asked_for(
        #[case] policy: &str,
        #[case] on_request: Option<bool>,
        #[case] expected: bool,
    ) {
        assert_eq!(ended(policy, on_request).was_stopped(), expected);
    }

    #[test]
    fn what_runs_failed_to_start_or_lacked_memory_was_not_stopped() {
        let with = |change: fn(&mut Container, &mut ContainerDetails)| {
            let mut container = ended("always", None);
            let mut details = container.details.take().unwrap();
            change(&mut container, &mut details);
            Container { details: Some(details), ..container }.was_stopped()
        };
        assert!(!with(|container, _| container.state = ContainerState::Restarting));
        assert!(!with(|_, details| details.oom_killed = true));
        assert!(!with(|_, details| details.error = Some(Safe::new("port is already allocated"))));
    }
}
