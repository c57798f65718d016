//! Devices that are cut into slices.

use crate::answer::{self, NOT_SUPPORTED, put};
use crate::exported;
use nvml_wrapper_sys::bindings::{
    nvmlDevice_t, nvmlDeviceAttributes_t, nvmlReturn_enum_NVML_ERROR_NOT_FOUND as NOT_FOUND,
};
use std::ffi::c_uint;

exported! {
    fn nvmlDeviceGetMigMode(handle as device, current: *mut c_uint, pending: *mut c_uint) {
        let on = u32::from(handle.figure(|gpu| Some(gpu.mig))?);
        put(current, on)?;
        put(pending, on)
    };
    fn nvmlDeviceGetMaxMigDeviceCount(handle as device, count: *mut c_uint) {
        put(count, if handle.figure(|gpu| Some(gpu.mig))? { 7 } else { 0 })
    };
    fn nvmlDeviceGetMigDeviceHandleByIndex(handle as device, index: c_uint, instance: *mut nvmlDevice_t) {
        let index = index as usize;
        let instances = &handle.gpu()?.instances;
        instances.get(index).and_then(Option::as_ref).ok_or(NOT_FOUND)?;
        put(instance, answer::handle(handle.index, Some(index)))
    };
    fn nvmlDeviceGetAttributes_v2(handle as device, attributes: *mut nvmlDeviceAttributes_t) {
        let instance = handle.instance()?.ok_or(NOT_SUPPORTED)?;
        let memory = instance.memory.map_or(0, |[_, total]| total);
        put(attributes, nvmlDeviceAttributes_t {
            multiprocessorCount: instance.multiprocessors,
            sharedCopyEngineCount: 1,
            sharedDecoderCount: 0,
            sharedEncoderCount: 0,
            sharedJpegCount: 0,
            sharedOfaCount: 0,
            gpuInstanceSliceCount: 1,
            computeInstanceSliceCount: 1,
            memorySizeMB: memory,
        })
    };
}
