//! What a container uses. `None` means unknown, never zero.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureSource {
    /// Read from the cgroup files of this host.
    Cgroup,
    /// Asked from the daemon's stats API.
    StatsApi,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContainerFigures {
    pub time: Timestamp,
    pub source: FigureSource,
    /// Percent of one core; not clamped.
    pub cpu_percent: Option<f64>,
    /// In use without the inactive page cache, in bytes, as `docker stats` counts.
    pub memory_bytes: Option<u64>,
    /// The container's own limit; `None` when only the host's memory limits it.
    pub memory_limit_bytes: Option<u64>,
    pub network_received_bytes: Option<u64>,
    pub network_sent_bytes: Option<u64>,
    pub block_read_bytes: Option<u64>,
    pub block_written_bytes: Option<u64>,
    pub pids: Option<u64>,
}
