//! Memory of a device that nobody answers for.

use super::GpuReading;

/// So much the driver keeps for itself, or is not worth looking for.
const LEAST_BYTES: u64 = 1 << 30;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrphanMemory {
    pub bytes: u64,
    /// The processes that held it and are gone; none where the driver lists nobody at all.
    pub processes: Vec<u32>,
}

impl GpuReading {
    /// What is in use beyond what its processes hold. `None` where that cannot be told: a process whose memory is not
    /// known, processes that may not be listed, slices, or memory that is the host's.
    pub fn unattributed_bytes(&self) -> Option<u64> {
        if self.mig || self.unified_memory || self.processes_unread.is_some() {
            return None;
        }
        let held = self.processes.iter().map(|process| process.memory_bytes).sum::<Option<u64>>()?;
        Some(self.memory_used_bytes?.saturating_sub(held))
    }

    /// What is unattributed beside processes that live may well be theirs: the driver does not count managed memory as
    /// a process's. So it is orphaned only where there is nobody whose it could be.
    pub fn orphan_memory(&self) -> Option<OrphanMemory> {
        let gone = self.processes.iter().filter(|process| process.gone);
        let held: u64 = gone.clone().filter_map(|process| process.memory_bytes).sum();
        let bytes = if self.processes.is_empty() { self.unattributed_bytes()? } else { held };
        let processes = gone.map(|process| process.pid).collect();
        (bytes > LEAST_BYTES).then_some(OrphanMemory { bytes, processes })
    }
}
