//! The instances of a device with MIG on. NVML tells no utilisation of them.

use super::ask::Asked;
use super::processes;
use crate::domain::Safe;
use crate::domain::gpu::{GpuProcess, MigInstance};
use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;

/// No device can be cut into more.
const MOST: u32 = 16;

pub(super) fn instances(device: &Device<'_>, processes: bool) -> Result<Vec<MigInstance>, NvmlError> {
    let asked = &mut Asked::default();
    // The count is the most there can be; between those that are there, places are empty.
    let most = asked.figure("", device.mig_device_count())?.unwrap_or_default().min(MOST);
    let mut instances = Vec::new();
    for index in 0..most {
        if let Some(handle) = asked.figure("", device.mig_device_by_index(index))? {
            instances.push(read(&handle, index, processes)?);
        }
    }
    Ok(instances)
}

fn read(handle: &Device<'_>, index: u32, listed: bool) -> Result<MigInstance, NvmlError> {
    let asked = &mut Asked::default();
    let memory = asked.figure("", handle.memory_info())?.filter(|memory| memory.total > 0);
    let attributes = asked.figure("", handle.attributes())?;
    let processes = if listed { processes::list(handle, asked, None)?.processes } else { Vec::new() };
    Ok(MigInstance {
        index,
        uuid: asked.figure("", handle.uuid())?.map(Safe::new),
        profile: asked.figure("", handle.name())?.map(|name| profile(&name)),
        multiprocessors: attributes.map(|attributes| attributes.multiprocessor_count),
        memory_used_bytes: memory.as_ref().map(|memory| memory.used),
        memory_total_bytes: memory.as_ref().map(|memory| memory.total),
        processes,
    })
}

/// `1g.10gb` of `NVIDIA A100-SXM4-80GB MIG 1g.10gb`.
fn profile(name: &str) -> Safe {
    Safe::new(name.rsplit_once("MIG ").map_or(name, |(_, profile)| profile))
}

/// Those of all instances; some drivers do not list them with the device.
pub(super) fn processes(instances: &[MigInstance]) -> Vec<GpuProcess> {
    let each = instances.iter().flat_map(|instance| {
        let own = instance.processes.iter().cloned();
        own.map(|process| GpuProcess { instance: process.instance.or(Some(instance.index)), ..process })
    });
    each.collect()
}
