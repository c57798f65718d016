//! The way to the host.

use super::ask::Asked;
use crate::domain::gpu::PcieLink;
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::PcieUtilCounter;
use nvml_wrapper::error::NvmlError;

/// What changes seldom.
pub(super) fn link(device: &Device<'_>, asked: &mut Asked) -> Result<PcieLink, NvmlError> {
    Ok(PcieLink {
        generation: asked.figure("PCIe link", device.current_pcie_link_gen())?,
        generation_most: asked.figure("PCIe link", device.max_pcie_link_gen())?,
        width: asked.figure("PCIe link", device.current_pcie_link_width())?,
        width_most: asked.figure("PCIe link", device.max_pcie_link_width())?,
        received_bytes: None,
        sent_bytes: None,
        replays: asked.figure("PCIe replays", device.pcie_replay_counter())?.map(u64::from),
    })
}

/// Bytes a second that it received and sent. The driver counts for 20 ms each, and the call waits for that.
pub(super) fn traffic(
    device: &Device<'_>,
    asked: &mut Asked,
) -> Result<(Option<u64>, Option<u64>), NvmlError> {
    let bytes = |kibibytes: u32| u64::from(kibibytes) * 1024;
    let received = asked.figure("PCIe traffic", device.pcie_throughput(PcieUtilCounter::Receive))?;
    let sent = asked.figure("PCIe traffic", device.pcie_throughput(PcieUtilCounter::Send))?;
    Ok((received.map(bytes), sent.map(bytes)))
}
