//! The host line. `None` is what could not be read.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostSample {
    pub host_name: Option<String>,
    pub uptime_seconds: Option<u64>,
    /// Of all cores together, 0 to 100; absent until two readings are there.
    pub cpu_percent: Option<f64>,
    pub cores: Option<usize>,
    pub load_one: Option<f64>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    pub swap_used_bytes: Option<u64>,
    pub swap_total_bytes: Option<u64>,
    pub disks: Vec<DiskUse>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskUse {
    pub mount_point: String,
    pub used_bytes: u64,
    pub total_bytes: u64,
}
