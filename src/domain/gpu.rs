//! GPUs as NVML reports them. `None` means that the device would not say, never zero.

mod ask;
mod condition;
mod instance;
mod link;
mod note;
mod orphan;
mod seats;
mod silence;
mod throttle;

pub use ask::{AskedBy, CDI_PREFIX, GpuAsk};
pub use condition::{EccCounts, MemoryCondition, RecoveryAction, RowRemaps, Xid};
pub use instance::MigInstance;
pub use link::{NvLink, PcieLink};
pub use note::{GpuNote, NoteLevel};
pub use orphan::OrphanMemory;
pub use seats::{Seat, Sitter, indices, seats};
pub use throttle::{Throttle, ThrottleReason};

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
    /// Where it is plugged in: `00000000:3B:00.0`.
    pub bus: Option<Safe>,
    /// The figures, or why this device has none: `GPU is lost`.
    pub reading: Result<GpuReading, Safe>,
    /// For so many seconds the driver has not answered; what is read stands from before.
    pub silent_seconds: Option<u64>,
    /// The newest last; those of a lost device are what tells why.
    pub xids: Vec<Xid>,
}

/// A device, or one of the slices that it is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GpuPlace {
    pub device: u32,
    pub instance: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GpuReading {
    /// Percent of the last sample period in which a kernel ran.
    pub utilisation_percent: Option<u32>,
    /// Percent of the last sample period in which its memory was read or written.
    pub memory_busy_percent: Option<u32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    /// The device has no memory of its own: the two above are the host's.
    pub unified_memory: bool,
    pub temperature_celsius: Option<u32>,
    pub memory_temperature_celsius: Option<u32>,
    pub thresholds: Thresholds,
    pub power_watts: Option<f64>,
    pub power_limit_watts: Option<f64>,
    pub clocks: Clocks,
    pub fan_percent: Option<u32>,
    /// 0 is the fastest and 15 the slowest.
    pub performance_state: Option<u32>,
    pub encoder_percent: Option<u32>,
    pub decoder_percent: Option<u32>,
    pub throttle: Throttle,
    pub pcie: PcieLink,
    pub nvlinks: Vec<NvLink>,
    pub memory_condition: MemoryCondition,
    pub recovery: Option<RecoveryAction>,
    /// MIG is on: the parent has no utilisation of its own.
    pub mig: bool,
    pub instances: Vec<MigInstance>,
    pub processes: Vec<GpuProcess>,
    /// Why the processes could not be listed.
    pub processes_unread: Option<Safe>,
    /// What this user may not see.
    pub refused: Vec<Safe>,
    /// What the installed driver has no function for.
    pub unknown_to_driver: Vec<Safe>,
    /// For so many seconds the slow calls (PCIe traffic, errors, links) have not been answered.
    pub slow_silent_seconds: Option<u64>,
}

/// Degrees from which on the device protects itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The most that it is to work at.
    pub operating_celsius: Option<u32>,
    pub slowdown_celsius: Option<u32>,
    pub shutdown_celsius: Option<u32>,
    pub memory_celsius: Option<u32>,
}

/// In megahertz: now, and the most there can be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    pub sm: Option<u32>,
    pub sm_most: Option<u32>,
    pub memory: Option<u32>,
    pub memory_most: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuProcess {
    pub pid: u32,
    /// When it was started, in the kernel's ticks since boot: a number is given to another process later.
    pub started_ticks: Option<u64>,
    pub memory_bytes: Option<u64>,
    /// The part of the multiprocessors' time that it used in the last sample period.
    pub sm_percent: Option<u32>,
    /// On a device with MIG, the instance that it runs on.
    pub instance: Option<u32>,
    /// The container id found in the process's cgroup.
    pub container: Option<String>,
    /// The host has no such process any more; not so where that cannot be known.
    #[serde(default)]
    pub gone: bool,
}
