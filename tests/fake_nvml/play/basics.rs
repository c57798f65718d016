//! What every driver's library has.

use crate::answer::{self, put, put_text};
use crate::exported;
use crate::scenario::Scenario;
use nvml_wrapper_sys::bindings::{
    nvmlDevice_t, nvmlMemory_v2_t, nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST as LOST,
    nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT as INVALID_ARGUMENT, nvmlTemperatureSensors_t,
    nvmlUtilization_t,
};
use std::ffi::{c_char, c_uint};
use std::sync::Arc;

exported! {
    fn nvmlInit_v2() |_: &Arc<Scenario>| Ok(());
    fn nvmlShutdown() |_: &Arc<Scenario>| Ok(());
    fn nvmlSystemGetDriverVersion(version: *mut c_char, length: c_uint) |scenario: &Arc<Scenario>| {
        put_text(version, length, scenario.driver.as_deref().unwrap_or("550.54.15"))
    };
    fn nvmlDeviceGetCount_v2(count: *mut c_uint) |scenario: &Arc<Scenario>| {
        put(count, c_uint::try_from(scenario.gpus.len()).unwrap_or(c_uint::MAX))
    };
    fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, device: *mut nvmlDevice_t) |scenario: &Arc<Scenario>| {
        let index = index as usize;
        let gpu = scenario.gpus.get(index).ok_or(INVALID_ARGUMENT)?;
        match gpu.answers.get("nvmlDeviceGetHandleByIndex_v2") {
            Some(code) => Err(*code),
            None if gpu.lost && gpu.uuid.is_none() => Err(LOST),
            None => put(device, answer::handle(index, None)),
        }
    };
}

exported! {
    fn nvmlDeviceGetUUID(handle as device, uuid: *mut c_char, length: c_uint) {
        let own = match handle.instance()? {
            Some(instance) => instance.uuid.clone(),
            None => handle.gpu()?.uuid.clone(),
        };
        put_text(uuid, length, &own.unwrap_or_else(|| format!("GPU-{}", handle.index)))
    };
    fn nvmlDeviceGetIndex(handle as device, index: *mut c_uint) {
        put(index, c_uint::try_from(handle.index).unwrap_or(c_uint::MAX))
    };
    fn nvmlDeviceGetName(handle as device, name: *mut c_char, length: c_uint) {
        let own = handle.gpu()?.name.as_deref().unwrap_or("NVIDIA A100-SXM4-80GB").to_owned();
        let instance = handle.instance()?.map(|instance| format!(" MIG {}", instance.profile));
        put_text(name, length, &(own + &instance.unwrap_or_default()))
    };
    fn nvmlDeviceGetMemoryInfo_v2(handle as device, memory: *mut nvmlMemory_v2_t) {
        let own = match handle.instance()? {
            Some(instance) => instance.memory,
            None => handle.gpu()?.memory,
        };
        let [used, total] = own.ok_or(answer::NOT_SUPPORTED)?.map(|mebibytes| mebibytes << 20);
        put(memory, nvmlMemory_v2_t { version: 2, total, reserved: 0, free: total.saturating_sub(used), used })
    };
    fn nvmlDeviceGetTemperature(handle as device, _sensor: nvmlTemperatureSensors_t, celsius: *mut c_uint) {
        put(celsius, handle.figure(|gpu| gpu.celsius)?)
    };
    fn nvmlDeviceGetUtilizationRates(handle as device, rates: *mut nvmlUtilization_t) {
        let [gpu, memory] = handle.figure(|gpu| gpu.utilisation)?;
        put(rates, nvmlUtilization_t { gpu, memory })
    };
}
