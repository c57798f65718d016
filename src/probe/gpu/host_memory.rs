//! The memory of a device, or the host's where the two share it.

use super::ask::Asked;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::MemoryInfo;

pub(super) struct Memory {
    pub(super) used: Option<u64>,
    pub(super) total: Option<u64>,
    pub(super) is_the_hosts: bool,
}

/// Devices without memory of their own refuse the question, or report a total of nothing.
pub(super) fn of(asked: &mut Asked, answer: Result<MemoryInfo, NvmlError>) -> Result<Memory, NvmlError> {
    let shared = match &answer {
        Ok(memory) => memory.total == 0,
        Err(error) => matches!(error, NvmlError::NotSupported),
    };
    if shared {
        let (used, total) = of_host(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default());
        return Ok(Memory { used, total, is_the_hosts: true });
    }
    let memory = asked.figure("memory", answer)?;
    Ok(Memory {
        used: memory.as_ref().map(|memory| memory.used),
        total: memory.as_ref().map(|memory| memory.total),
        is_the_hosts: false,
    })
}

/// Used and total bytes, of what `/proc/meminfo` says.
pub(super) fn of_host(text: &str) -> (Option<u64>, Option<u64>) {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
    };
    let total = bytes("MemTotal:");
    (total.zip(bytes("MemAvailable:")).and_then(|(total, free)| total.checked_sub(free)), total)
}
