//! What does not change while a device is there; asked once for each identity.

use super::ask::Asked;
use crate::domain::Safe;
use crate::domain::gpu::Thresholds;
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureThreshold};
use nvml_wrapper::error::NvmlError;

pub(super) struct Fixed {
    pub(super) uuid: String,
    pub(super) name: Option<Safe>,
    pub(super) bus: Option<Safe>,
    pub(super) thresholds: Thresholds,
    pub(super) sm_most: Option<u32>,
    pub(super) memory_most: Option<u32>,
}

impl Fixed {
    pub(super) fn of(device: &Device<'_>, uuid: String) -> Result<Self, NvmlError> {
        // That a limit is not told is no news to an operator.
        let asked = &mut Asked::default();
        let mut limit = |threshold| asked.figure("", device.temperature_threshold(threshold));
        let thresholds = Thresholds {
            operating_celsius: limit(TemperatureThreshold::GpuMax)?,
            slowdown_celsius: limit(TemperatureThreshold::Slowdown)?,
            shutdown_celsius: limit(TemperatureThreshold::Shutdown)?,
            memory_celsius: limit(TemperatureThreshold::MemoryMax)?,
        };
        Ok(Self {
            name: asked.figure("", device.name())?.map(Safe::new),
            bus: asked.figure("", device.pci_info())?.map(|place| Safe::new(place.bus_id)),
            thresholds,
            sm_most: asked.figure("", device.max_clock_info(Clock::SM))?,
            memory_most: asked.figure("", device.max_clock_info(Clock::Memory))?,
            uuid,
        })
    }
}
