//! How fast a device runs, how hot that makes it, and what holds it back.

use crate::answer::{NOT_SUPPORTED, put};
use crate::exported;
use nvml_wrapper_sys::bindings::{
    nvmlClockType_enum_NVML_CLOCK_MEM as MEMORY, nvmlClockType_t, nvmlPerfPolicyType_t, nvmlPstates_t,
    nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT as INVALID_ARGUMENT, nvmlTemperatureThresholds_t,
    nvmlViolationTime_t,
};
use std::ffi::{c_uint, c_ulonglong};

exported! {
    fn nvmlDeviceGetTemperatureThreshold(handle as device, which: nvmlTemperatureThresholds_t, celsius: *mut c_uint) {
        let all = handle.figure(|gpu| gpu.thresholds)?;
        put(celsius, *all.get(which as usize).ok_or(NOT_SUPPORTED)?)
    };
    fn nvmlDeviceGetPowerUsage(handle as device, milliwatts: *mut c_uint) {
        put(milliwatts, handle.figure(|gpu| gpu.milliwatts)?)
    };
    fn nvmlDeviceGetEnforcedPowerLimit(handle as device, milliwatts: *mut c_uint) {
        put(milliwatts, handle.figure(|gpu| gpu.milliwatts_limit)?)
    };
    fn nvmlDeviceGetClockInfo(handle as device, which: nvmlClockType_t, megahertz: *mut c_uint) {
        let [sm, memory] = handle.figure(|gpu| gpu.clocks)?;
        put(megahertz, if which == MEMORY { memory } else { sm })
    };
    fn nvmlDeviceGetMaxClockInfo(handle as device, which: nvmlClockType_t, megahertz: *mut c_uint) {
        let [sm, memory] = handle.figure(|gpu| gpu.clocks_most)?;
        put(megahertz, if which == MEMORY { memory } else { sm })
    };
    fn nvmlDeviceGetNumFans(handle as device, count: *mut c_uint) {
        let fans = handle.figure(|gpu| Some(gpu.fans.len()).filter(|fans| *fans > 0))?;
        put(count, c_uint::try_from(fans).unwrap_or(c_uint::MAX))
    };
    fn nvmlDeviceGetFanSpeed_v2(handle as device, fan: c_uint, percent: *mut c_uint) {
        let fans = handle.figure(|gpu| Some(gpu.fans.clone()))?;
        put(percent, *fans.get(fan as usize).ok_or(INVALID_ARGUMENT)?)
    };
    fn nvmlDeviceGetPerformanceState(handle as device, state: *mut nvmlPstates_t) {
        put(state, handle.figure(|gpu| gpu.performance_state)?)
    };
    fn nvmlDeviceGetEncoderUtilization(handle as device, percent: *mut c_uint, period: *mut c_uint) {
        put(period, 1_000_000)?;
        put(percent, handle.figure(|gpu| gpu.encoder)?)
    };
    fn nvmlDeviceGetDecoderUtilization(handle as device, percent: *mut c_uint, period: *mut c_uint) {
        put(period, 1_000_000)?;
        put(percent, handle.figure(|gpu| gpu.decoder)?)
    };
    fn nvmlDeviceGetCurrentClocksThrottleReasons(handle as device, reasons: *mut c_ulonglong) {
        put(reasons, handle.figure(|gpu| gpu.throttle)?)
    };
    fn nvmlDeviceGetViolationStatus(handle as device, policy: nvmlPerfPolicyType_t, time: *mut nvmlViolationTime_t) {
        let violationTime = handle.figure(|gpu| gpu.violations.get(&policy).copied())?;
        put(time, nvmlViolationTime_t { referenceTime: 0, violationTime })
    };
}
