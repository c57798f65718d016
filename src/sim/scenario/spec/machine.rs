//! The machine: the engine, the host, its GPUs.

use super::{Curve, Size, Span};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    pub version: String,
    pub api: String,
    pub minimum_api: String,
    pub operating_system: String,
    pub kernel: String,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            version: "26.1.5".to_owned(),
            api: "1.45".to_owned(),
            minimum_api: "1.24".to_owned(),
            operating_system: "Ubuntu 22.04.4 LTS".to_owned(),
            kernel: "5.15.0-105-generic".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    pub name: String,
    pub cores: u32,
    pub memory: Size,
    pub swap: Size,
    pub up: Span,
    /// What runs beside the containers.
    pub own_memory: Size,
    pub own_cpu: Curve,
    pub disks: Vec<Disk>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            name: "gpu-01".to_owned(),
            cores: 64,
            memory: Size(512 << 30),
            swap: Size(8 << 30),
            up: Span(std::time::Duration::from_hours(24)),
            own_memory: Size(6 << 30),
            own_cpu: Curve::flat(40.0),
            disks: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    pub mount_point: String,
    pub used: Size,
    pub total: Size,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    pub name: String,
    pub memory: Size,
    pub power_limit: f64,
    /// Where it is plugged in: `00000000:07:00.0`.
    pub bus: Option<String>,
    /// What devices of its kind tell beside that; without it, nothing.
    pub card: Option<Card>,
    /// The devices that it is linked to, by their indices.
    #[serde(default)]
    pub linked_to: Vec<u32>,
    /// What was corrected in its memory since the driver was loaded.
    #[serde(default)]
    pub corrected_errors: u64,
    /// How long it was held back by its power limit, and by heat.
    #[serde(default)]
    pub lost_to_power: Span,
    #[serde(default)]
    pub lost_to_heat: Span,
    /// The lanes that it has, where those are fewer than it could.
    pub pcie_width: Option<u32>,
    #[serde(default)]
    pub mig: bool,
    /// Processes of the host, outside of containers.
    #[serde(default)]
    pub processes: Vec<HostProcess>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// In degrees: to work at, to slow down at, to stop at, and of the memory.
    pub thresholds: [u32; 4],
    /// In megahertz, of the multiprocessors and of the memory, at most.
    pub clocks: [u32; 2],
    /// The multiprocessors' where it has nothing to do.
    pub idle_clock: u32,
    pub pcie_generation: u32,
    pub pcie_width: u32,
    /// To each device that it is linked to.
    pub nvlinks: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct HostProcess {
    pub pid: u32,
    #[serde(flatten)]
    pub use_of: GpuUse,
}

#[derive(Debug, Clone, Deserialize)]
pub struct GpuUse {
    pub memory: Size,
    pub utilisation: Curve,
}
