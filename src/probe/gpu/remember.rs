//! What was known of devices before, and what they know of each other.

use super::ask;
use crate::domain::GpuDevice;
use nvml_wrapper::error::NvmlError;
use std::collections::BTreeMap;

/// Fills in what was known of devices that no longer say who they are, and keeps rows of those that are gone.
pub(super) fn remember(known: &mut Vec<GpuDevice>, mut present: Vec<GpuDevice>) -> Vec<GpuDevice> {
    for device in &mut present {
        if device.uuid.is_none()
            && let Some(before) = known.iter().find(|before| before.index == device.index)
        {
            device.uuid.clone_from(&before.uuid);
            device.name.clone_from(&before.name);
            device.bus.clone_from(&before.bus);
        }
    }
    for before in known.drain(..) {
        let here = present.iter().any(|device| match (&device.uuid, &before.uuid) {
            (Some(uuid), Some(known)) => uuid == known,
            (None, _) | (_, None) => device.index == before.index,
        });
        if !here {
            present.push(GpuDevice { reading: Err(ask::words(&NvmlError::GpuLost)), ..before });
        }
    }
    present.sort_by_key(|device| device.index);
    known.clone_from(&present);
    present
}

/// Tells where the links lead that end at another device of this machine.
pub(super) fn join(devices: &mut [GpuDevice]) {
    let places: BTreeMap<String, u32> = devices
        .iter()
        .filter_map(|device| Some((device.bus.as_ref()?.to_ascii_lowercase(), device.index)))
        .collect();
    for reading in devices.iter_mut().filter_map(|device| device.reading.as_mut().ok()) {
        for link in &mut reading.nvlinks {
            link.peer = link.peer_bus.as_ref().and_then(|bus| places.get(&bus.to_ascii_lowercase()).copied());
        }
    }
}
