//! The host line.

use crate::domain::host::DiskUse;
use crate::domain::{HostSample, units};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HostStore {
    sample: Option<HostSample>,
}

impl HostStore {
    /// Says whether the host line reads differently now.
    pub fn apply(&mut self, sample: HostSample) -> bool {
        let changed = self.sample.as_ref().is_none_or(|before| !reads_the_same(before, &sample));
        self.sample = Some(sample);
        changed
    }

    pub fn sample(&self) -> Option<&HostSample> {
        self.sample.as_ref()
    }
}

/// Whether what of them is visible in a few columns is the same.
fn reads_the_same(a: &HostSample, b: &HostSample) -> bool {
    let cpu = |sample: &HostSample| sample.cpu_percent.map(|value| format!("{value:.0}"));
    let memory = |sample: &HostSample| sample.memory_used_bytes.map(units::bytes);
    let minutes = |sample: &HostSample| sample.uptime_seconds.map(|seconds| seconds / 60);
    let disk = |disk: &DiskUse| {
        let percent = disk.used_bytes.saturating_mul(100).checked_div(disk.total_bytes);
        (percent.unwrap_or(0), disk.total_bytes)
    };
    cpu(a) == cpu(b)
        && memory(a) == memory(b)
        && minutes(a) == minutes(b)
        && a.disks.iter().map(disk).eq(b.disks.iter().map(disk))
}
