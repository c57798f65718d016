//! PCIe and NVLink.

use crate::answer::{NOT_SUPPORTED, put};
use crate::exported;
use nvml_wrapper_sys::bindings::{
    nvmlEnableState_t, nvmlPciInfo_t, nvmlPcieUtilCounter_enum_NVML_PCIE_UTIL_RX_BYTES as RECEIVED,
    nvmlPcieUtilCounter_t, nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT as INVALID_ARGUMENT,
};
use std::ffi::{c_char, c_uint};

exported! {
    fn nvmlDeviceGetPciInfo_v3(handle as device, info: *mut nvmlPciInfo_t) {
        let index = handle.index;
        let bus = handle.figure(|gpu| gpu.bus.clone().or_else(|| Some(format!("00000000:{index:02X}:00.0"))))?;
        put(info, place(&bus))
    };
    fn nvmlDeviceGetCurrPcieLinkGeneration(handle as device, generation: *mut c_uint) {
        put(generation, handle.figure(|gpu| gpu.pcie)?.generation[0])
    };
    fn nvmlDeviceGetMaxPcieLinkGeneration(handle as device, generation: *mut c_uint) {
        put(generation, handle.figure(|gpu| gpu.pcie)?.generation[1])
    };
    fn nvmlDeviceGetCurrPcieLinkWidth(handle as device, width: *mut c_uint) {
        put(width, handle.figure(|gpu| gpu.pcie)?.width[0])
    };
    fn nvmlDeviceGetMaxPcieLinkWidth(handle as device, width: *mut c_uint) {
        put(width, handle.figure(|gpu| gpu.pcie)?.width[1])
    };
    fn nvmlDeviceGetPcieReplayCounter(handle as device, count: *mut c_uint) {
        put(count, handle.figure(|gpu| gpu.pcie)?.replays.ok_or(NOT_SUPPORTED)?)
    };
    fn nvmlDeviceGetPcieThroughput(handle as device, which: nvmlPcieUtilCounter_t, kibibytes: *mut c_uint) {
        let [received, sent] = handle.figure(|gpu| gpu.pcie)?.traffic.ok_or(NOT_SUPPORTED)?;
        put(kibibytes, if which == RECEIVED { received } else { sent })
    };
    fn nvmlDeviceGetNvLinkState(handle as device, link: c_uint, state: *mut nvmlEnableState_t) {
        let links = handle.figure(|gpu| Some(gpu.nvlinks.clone()))?;
        put(state, u32::from(links.get(link as usize).ok_or(INVALID_ARGUMENT)?.is_some()))
    };
    fn nvmlDeviceGetNvLinkRemotePciInfo_v2(handle as device, link: c_uint, info: *mut nvmlPciInfo_t) {
        let links = handle.figure(|gpu| Some(gpu.nvlinks.clone()))?;
        let bus = links.get(link as usize).and_then(Option::as_ref).ok_or(INVALID_ARGUMENT)?;
        put(info, place(bus))
    };
}

fn place(bus: &str) -> nvmlPciInfo_t {
    let mut busId = [0; 32];
    for (place, byte) in busId.iter_mut().zip(bus.bytes().take(31)) {
        *place = c_char::from_ne_bytes([byte]);
    }
    nvmlPciInfo_t {
        busIdLegacy: [0; 16],
        domain: 0,
        bus: 0,
        device: 0,
        pciDeviceId: 0,
        pciSubSystemId: 0,
        busId,
    }
}
