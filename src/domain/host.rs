//! What the host itself tells. `None` is what could not be read.

use super::figures::Pressure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HostSample {
    pub host_name: Option<String>,
    pub uptime_seconds: Option<u64>,
    /// Of all cores together, 0 to 100; absent until two readings are there.
    pub cpu_percent: Option<f64>,
    pub cores: Option<usize>,
    /// Of each core, 0 to 100.
    #[serde(default)]
    pub core_percents: Vec<f64>,
    pub load_one: Option<f64>,
    #[serde(default)]
    pub load_five: Option<f64>,
    #[serde(default)]
    pub load_fifteen: Option<f64>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    pub swap_used_bytes: Option<u64>,
    pub swap_total_bytes: Option<u64>,
    /// Waiting for processors, memory and disks, where the kernel keeps account of it.
    #[serde(default)]
    pub pressure: Pressure,
    /// Over the interfaces that lead out of the host; bytes a second.
    #[serde(default)]
    pub network: Option<Traffic>,
    /// Of all processes together.
    #[serde(default)]
    pub open_files: Option<Share>,
    /// Instances of the user that holds the most; the limit is each user's.
    #[serde(default)]
    pub inotify_instances: Option<Share>,
    pub disks: Vec<DiskUse>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    pub received_bytes_per_second: f64,
    pub sent_bytes_per_second: f64,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub used: u64,
    pub limit: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DiskUse {
    pub mount_point: String,
    pub used_bytes: u64,
    pub total_bytes: u64,
    /// Files and directories; file systems without a fixed number of them have none.
    #[serde(default)]
    pub inodes: Option<Share>,
}

impl Share {
    /// 0 to 100; `None` of nothing.
    pub fn percent(self) -> Option<u64> {
        u64::try_from((u128::from(self.used) * 100).checked_div(u128::from(self.limit))?).ok()
    }
}

/// A message of the kernel that tells of a trouble known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelMessage {
    pub time: Timestamp,
    pub kind: KernelMessageKind,
    pub text: super::Safe,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KernelMessageKind {
    /// The NVIDIA driver's own error number, and the device's PCI address.
    Xid { pci: String, code: u32 },
    /// Processes were killed for want of memory.
    OutOfMemory {
        /// The cgroup that the victim was of, by which its container is known.
        task_cgroup: String,
        /// The host's own memory was short, not a cgroup's limit reached.
        of_host: bool,
    },
}
