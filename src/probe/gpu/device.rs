//! One device: its figures, or why it has none.

use crate::domain::gpu::GpuProcess;
use crate::domain::{GpuDevice, GpuReading, Safe};
use crate::probe::cgroup;
use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

/// `NVML_DEVICE_MIG_ENABLE`
const MIG_ENABLED: u32 = 1;

pub(super) fn read(nvml: &Nvml, index: u32, processes: bool) -> GpuDevice {
    match nvml.device_by_index(index) {
        Ok(device) => GpuDevice {
            index,
            uuid: device.uuid().ok().map(Safe::new),
            name: device.name().ok().map(Safe::new),
            reading: reading(&device, processes).map_err(|error| words(&error)),
        },
        Err(error) => GpuDevice { index, uuid: None, name: None, reading: Err(words(&error)) },
    }
}

/// Fills in what was known of devices that no longer say who they are, and keeps rows of those that are gone.
pub(super) fn remember(known: &mut Vec<GpuDevice>, mut present: Vec<GpuDevice>) -> Vec<GpuDevice> {
    for device in &mut present {
        if device.uuid.is_none()
            && let Some(before) = known.iter().find(|before| before.index == device.index)
        {
            device.uuid.clone_from(&before.uuid);
            device.name.clone_from(&before.name);
        }
    }
    for before in known.drain(..) {
        let here = present.iter().any(|device| match (&device.uuid, &before.uuid) {
            (Some(uuid), Some(known)) => uuid == known,
            (None, _) | (_, None) => device.index == before.index,
        });
        if !here {
            present.push(GpuDevice { reading: Err(words(&NvmlError::GpuLost)), ..before });
        }
    }
    present.sort_by_key(|device| device.index);
    known.clone_from(&present);
    present
}

fn words(error: &NvmlError) -> Safe {
    match error {
        NvmlError::GpuLost => Safe::new("GPU is lost"),
        NvmlError::ResetRequired => Safe::new("GPU needs a reset"),
        other => Safe::new(other.to_string()),
    }
}

/// A device that is lost says so at any call; everything else is one figure that it would not tell.
fn figure<T>(answer: Result<T, NvmlError>) -> Result<Option<T>, NvmlError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error @ (NvmlError::GpuLost | NvmlError::ResetRequired)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn reading(device: &Device<'_>, processes: bool) -> Result<GpuReading, NvmlError> {
    // With MIG on, only the instances have a utilisation.
    let mig = figure(device.mig_mode())?.is_some_and(|mode| mode.current == MIG_ENABLED);
    let utilisation = if mig { None } else { figure(device.utilization_rates())? };
    // Devices that share the host's memory report a total of nothing.
    let memory = figure(device.memory_info())?.filter(|memory| memory.total > 0);
    let watts = |milliwatts: u32| f64::from(milliwatts) / 1000.0;
    Ok(GpuReading {
        utilisation_percent: utilisation.map(|rates| rates.gpu).filter(|percent| *percent <= 100),
        memory_used_bytes: memory.as_ref().map(|memory| memory.used),
        memory_total_bytes: memory.as_ref().map(|memory| memory.total),
        temperature_celsius: figure(device.temperature(TemperatureSensor::Gpu))?,
        power_watts: figure(device.power_usage())?.map(watts),
        power_limit_watts: figure(device.enforced_power_limit())?.map(watts),
        mig,
        processes: if processes { list_processes(device)? } else { Vec::new() },
    })
}

fn list_processes(device: &Device<'_>) -> Result<Vec<GpuProcess>, NvmlError> {
    let compute = figure(device.running_compute_processes())?.unwrap_or_default();
    let graphics = figure(device.running_graphics_processes())?.unwrap_or_default();
    let mut found: Vec<GpuProcess> = Vec::new();
    for process in compute.into_iter().chain(graphics) {
        let memory_bytes = memory(&process);
        // A process that computes and draws stands in both lists; on MIG it has a row for each instance.
        match found.iter_mut().find(|known| known.pid == process.pid) {
            Some(known) => known.memory_bytes = known.memory_bytes.max(memory_bytes),
            None => found.push(GpuProcess {
                pid: process.pid,
                memory_bytes,
                container: cgroup::container_of(process.pid),
            }),
        }
    }
    found.sort_by_key(|process| std::cmp::Reverse(process.memory_bytes));
    Ok(found)
}

fn memory(process: &ProcessInfo) -> Option<u64> {
    match process.used_gpu_memory {
        UsedGpuMemory::Unavailable => None,
        UsedGpuMemory::Used(bytes) => Some(bytes),
    }
}
