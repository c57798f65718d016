//! The daemon itself, and the stream of facts about its containers.

use super::{Container, ContainerId, Fault, Safe};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonInfo {
    /// The host's name as the daemon knows it.
    pub name: Safe,
    pub version: Safe,
    pub api_version: Safe,
    pub operating_system: Safe,
    pub cpus: Option<u64>,
    pub memory_bytes: Option<u64>,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: Option<Safe>,
    pub cgroup_version: Option<u8>,
    pub root_directory: Option<Safe>,
    /// By how much its clock was before ours as it described itself; negative when it was behind.
    #[serde(default)]
    pub clock_ahead_seconds: Option<i64>,
    /// Where it was reached: `unix:///var/run/docker.sock`.
    pub endpoint: Safe,
    /// Set by the simulated engine, which must never be taken for a real one.
    pub simulated: bool,
}

/// What the watcher of a daemon reports, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum FleetEvent {
    /// What the daemon says of itself. After a connection was made it follows the list.
    Connected(DaemonInfo),
    /// Every container there is; replaces all that was known.
    Listed(Vec<Container>),
    /// One container came or changed.
    Changed(Box<Container>),
    Removed(ContainerId),
    /// A line for the timeline: `die`, `oom`, `health_status`…
    Noted(DaemonEvent),
    /// The daemon is away; the watcher goes on trying.
    Lost {
        fault: Fault,
        retry_in_ms: u64,
    },
}

/// One entry of `/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonEvent {
    pub time: Option<Timestamp>,
    /// `container`, `image`, `network`, `volume`, `daemon`.
    pub kind: String,
    /// `start`, `die`, `oom`, `health_status: unhealthy`…
    pub action: Safe,
    pub id: String,
    /// The object's name, when the event carries it.
    pub name: Safe,
    /// The project and the service of a container that has Compose's labels. One that was removed at once is known by
    /// nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<(String, String)>,
    pub exit_code: Option<i64>,
}

/// What the daemon still tells of the time since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastEvents {
    /// The oldest first.
    pub events: Vec<DaemonEvent>,
    /// When the oldest event was that it keeps, where that is later than the moment.
    pub kept_from: Option<Timestamp>,
}

/// What makes images from Dockerfiles in a daemon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Builder {
    #[default]
    Classic,
    BuildKit,
}
