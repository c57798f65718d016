//! The links between devices.

use super::ask::Asked;
use crate::domain::Safe;
use crate::domain::gpu::NvLink;
use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;

/// `NVML_NVLINK_MAX_LINKS`
const MOST: u32 = 18;

pub(super) fn links(device: &Device<'_>) -> Result<Vec<NvLink>, NvmlError> {
    // Most devices have none, which is no figure that is missing.
    let asked = &mut Asked::default();
    let mut links = Vec::new();
    for link in 0..MOST {
        let wrapper = device.link_wrapper_for(link);
        // The first that is not there is the end of them.
        let Some(active) = asked.figure("", wrapper.is_active())? else { break };
        let peer = if active { asked.figure("", wrapper.remote_pci_info())? } else { None };
        links.push(NvLink { link, active, peer_bus: peer.map(|peer| Safe::new(peer.bus_id)), peer: None });
    }
    Ok(links)
}
