//! A slice of a device with MIG on, which its users see as a device of its own.

use super::GpuProcess;
use crate::domain::Safe;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigInstance {
    pub index: u32,
    pub uuid: Option<Safe>,
    /// `1g.10gb`
    pub profile: Option<Safe>,
    pub multiprocessors: Option<u32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    pub processes: Vec<GpuProcess>,
}
