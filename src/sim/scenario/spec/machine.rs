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
    #[serde(default)]
    pub mig: bool,
    /// Processes of the host, outside of containers.
    #[serde(default)]
    pub processes: Vec<HostProcess>,
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
