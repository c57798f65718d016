//! A container as the daemon reports it.

use super::Safe;
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

/// Docker's own health verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Starting,
    Healthy,
    Unhealthy,
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
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub tty: bool,
    /// The grace the daemon gives before it kills; Docker's default is 10 s.
    pub stop_grace: Option<Duration>,
    pub log_driver: String,
    /// The output of the last health check, when there is one.
    pub health_output: Option<Safe>,
    /// Consecutive failures of Docker's health check.
    pub failing_streak: u64,
    /// GPUs asked for: device ids, or a count (-1: all).
    pub gpu_requests: Vec<GpuRequest>,
    /// `KEY=value` as given to the container; secrets are masked where it is shown.
    pub environment: Vec<String>,
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
    pub mounts: Vec<MountPoint>,
    pub details: Option<ContainerDetails>,
}

impl Container {
    /// `service-2` inside a stack, the container's name outside.
    pub fn tag(&self) -> String {
        match &self.compose {
            Some(ComposeLabels { service, number: Some(number), .. }) => format!("{service}-{number}"),
            Some(labels) => labels.service.clone(),
            None => self.name.to_string(),
        }
    }

    pub fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
    }
}
