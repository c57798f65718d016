//! GPUs as NVML reports them. `None` means that the device would not say, never zero.

use super::{Fault, Safe};
use serde::{Deserialize, Serialize};

/// One reading of all devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GpuSample {
    /// There is nothing to show, and why, in one line.
    Absent {
        reason: Safe,
    },
    /// NVML as a whole failed (library and driver mismatch, no rights…).
    Failed(Fault),
    Devices(Vec<GpuDevice>),
}

/// One device; a device that fails keeps its row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GpuDevice {
    pub index: u32,
    pub uuid: Option<Safe>,
    pub name: Option<Safe>,
    /// The figures, or why this device has none: `GPU is lost`.
    pub reading: Result<GpuReading, Safe>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GpuReading {
    /// Percent of the last sample period in which a kernel ran.
    pub utilisation_percent: Option<u32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    pub temperature_celsius: Option<u32>,
    pub power_watts: Option<f64>,
    pub power_limit_watts: Option<f64>,
    /// MIG is on: the parent has no utilisation of its own.
    pub mig: bool,
    pub processes: Vec<GpuProcess>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuProcess {
    pub pid: u32,
    pub memory_bytes: Option<u64>,
    /// The container id found in the process's cgroup.
    pub container: Option<String>,
}
