//! The host line.

use crate::domain::{HostSample, units};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HostStore {
    sample: Option<HostSample>,
}

impl HostStore {
    /// Says whether the host line reads differently now.
    pub fn apply(&mut self, sample: HostSample) -> bool {
        let changed = self.sample.as_ref().is_none_or(|before| words(before) != words(&sample));
        self.sample = Some(sample);
        changed
    }

    pub fn sample(&self) -> Option<&HostSample> {
        self.sample.as_ref()
    }
}

/// What of a sample is visible in a few columns.
fn words(sample: &HostSample) -> (Option<String>, String, u64, Vec<(u64, u64)>) {
    let disks = sample.disks.iter().map(|disk| {
        (disk.used_bytes.saturating_mul(100).checked_div(disk.total_bytes).unwrap_or(0), disk.total_bytes)
    });
    (
        sample.cpu_percent.map(|value| format!("{value:.0}")),
        units::bytes(sample.memory_used_bytes),
        sample.uptime_seconds / 60,
        disks.collect(),
    )
}
