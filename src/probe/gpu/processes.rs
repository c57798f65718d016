//! The processes on a device.

use super::ask::Asked;
use crate::domain::Safe;
use crate::domain::gpu::GpuProcess;
use crate::probe::{cgroup, process as host_process};
use nvml_wrapper::Device;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::{ProcessInfo, ProcessUtilizationSample};
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// How far back samples of utilisation are asked for, in microseconds: the driver takes several in a second.
const SPAN: u64 = 1_500_000;

pub(super) struct Listed {
    pub(super) processes: Vec<GpuProcess>,
    /// Why there is no list.
    pub(super) unread: Option<Safe>,
}

pub(super) fn list(
    device: &Device<'_>,
    asked: &mut Asked,
    unlisted: Option<&Safe>,
) -> Result<Listed, NvmlError> {
    if let Some(reason) = unlisted {
        return Ok(Listed { processes: Vec::new(), unread: Some(reason.clone()) });
    }
    let compute = device.running_compute_processes();
    let unread = match &compute {
        Err(NvmlError::NoPermission) => Some(Safe::new("this user may not list processes")),
        Err(NvmlError::FunctionNotFound | NvmlError::FailedToLoadSymbol(_)) => {
            Some(Safe::new("this driver is too old to list processes"))
        }
        Ok(_) | Err(_) => None,
    };
    // Each of the three lists has its own; what is in none of them is not on the device.
    let lists = [
        Asked::default().figure("", compute)?,
        Asked::default().figure("", device.running_graphics_processes())?,
        Asked::default().figure("", device.mps_running_compute_processes())?,
    ];
    let mut processes: Vec<GpuProcess> = Vec::new();
    for process in lists.into_iter().flatten().flatten() {
        add(&mut processes, &process);
    }
    if !processes.is_empty() {
        let used = utilisation(device, asked)?;
        for process in &mut processes {
            // Who did nothing is not in the samples.
            process.sm_percent = used.as_ref().map(|used| used.get(&process.pid).copied().unwrap_or(0));
        }
    }
    processes.sort_by_key(|process| std::cmp::Reverse(process.memory_bytes));
    Ok(Listed { processes, unread })
}

/// A process that computes and draws stands in two lists; on MIG it has a row for each instance.
fn add(processes: &mut Vec<GpuProcess>, process: &ProcessInfo) {
    let memory_bytes = match process.used_gpu_memory {
        UsedGpuMemory::Unavailable => None,
        UsedGpuMemory::Used(bytes) => Some(bytes),
    };
    let same =
        |known: &&mut GpuProcess| known.pid == process.pid && known.instance == process.gpu_instance_id;
    match processes.iter_mut().find(same) {
        Some(known) => known.memory_bytes = known.memory_bytes.max(memory_bytes),
        None => processes.push(GpuProcess {
            pid: process.pid,
            started_ticks: host_process::started_ticks(process.pid),
            memory_bytes,
            sm_percent: None,
            instance: process.gpu_instance_id,
            container: cgroup::container_of(process.pid),
            gone: host_process::is_gone(process.pid),
        }),
    }
}

/// The newest sample of each process; `None` when the device tells nothing of processes.
fn utilisation(device: &Device<'_>, asked: &mut Asked) -> Result<Option<HashMap<u32, u32>>, NvmlError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    let since = u64::try_from(now).unwrap_or(u64::MAX).saturating_sub(SPAN);
    let samples = match device.process_utilization_stats(since) {
        // None of them did anything.
        Err(NvmlError::NotFound) => return Ok(Some(HashMap::new())),
        answer => asked.figure("utilisation of processes", answer)?,
    };
    Ok(samples.map(newest))
}

/// Some drivers report nonsense above a hundred percent for processes that have just started.
pub(super) fn newest(mut samples: Vec<ProcessUtilizationSample>) -> HashMap<u32, u32> {
    samples.retain(|sample| sample.sm_util <= 100);
    samples.sort_by_key(|sample| sample.timestamp);
    samples.into_iter().map(|sample| (sample.pid, sample.sm_util)).collect()
}
