//! Who is on a device. A caller asks how many there are first, with no room, and then for as many.

use crate::answer::{Answer, Handle, get, put};
use crate::exported;
use crate::scenario::Process;
use nvml_wrapper_sys::bindings::{
    nvmlProcessInfo_t, nvmlProcessUtilizationSample_t,
    nvmlReturn_enum_NVML_ERROR_INSUFFICIENT_SIZE as INSUFFICIENT_SIZE,
    nvmlReturn_enum_NVML_ERROR_NOT_FOUND as NOT_FOUND,
};
use std::ffi::{c_uint, c_ulonglong};
use std::time::{SystemTime, UNIX_EPOCH};

/// What stands for a figure that there is not.
const NO_VALUE: u32 = u32::MAX;
const NO_MEMORY: u64 = u64::MAX;

exported! {
    fn nvmlDeviceGetComputeRunningProcesses_v3(handle as device, count: *mut c_uint, places: *mut nvmlProcessInfo_t) {
        list(count, places, &chosen(handle, |process| !process.graphics)?)
    };
    fn nvmlDeviceGetGraphicsRunningProcesses_v3(handle as device, count: *mut c_uint, places: *mut nvmlProcessInfo_t) {
        list(count, places, &chosen(handle, |process| process.graphics)?)
    };
    fn nvmlDeviceGetMPSComputeRunningProcesses_v3(
        handle as device, count: *mut c_uint, places: *mut nvmlProcessInfo_t
    ) {
        list(count, places, &chosen(handle, |_| false)?)
    };
    fn nvmlDeviceGetProcessUtilization(
        handle as device, places: *mut nvmlProcessUtilizationSample_t, count: *mut c_uint, _since: c_ulonglong
    ) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let samples: Vec<_> = chosen(handle, |process| process.sm.is_some())?
            .iter()
            .map(|process| nvmlProcessUtilizationSample_t {
                pid: process.number(),
                timeStamp: c_ulonglong::try_from(now).unwrap_or(c_ulonglong::MAX),
                smUtil: process.sm.unwrap_or_default(),
                memUtil: 0,
                encUtil: 0,
                decUtil: 0,
            })
            .collect();
        if samples.is_empty() { Err(NOT_FOUND) } else { fill(count, places, samples) }
    };
}

fn chosen(handle: &Handle, which: impl Fn(&Process) -> bool) -> Answer<Vec<Process>> {
    let all = match handle.instance()? {
        Some(instance) => &instance.processes,
        None => &handle.gpu()?.processes,
    };
    Ok(all.iter().filter(|process| which(process)).cloned().collect())
}

fn list(count: *mut c_uint, places: *mut nvmlProcessInfo_t, processes: &[Process]) -> Answer {
    let information = processes.iter().map(|process| nvmlProcessInfo_t {
        pid: process.number(),
        usedGpuMemory: process.memory.map_or(NO_MEMORY, |mebibytes| mebibytes << 20),
        gpuInstanceId: process.instance.unwrap_or(NO_VALUE),
        computeInstanceId: NO_VALUE,
    });
    fill(count, places, information.collect())
}

fn fill<T>(count: *mut c_uint, places: *mut T, all: Vec<T>) -> Answer {
    let room = get(count)?;
    let needed = c_uint::try_from(all.len()).unwrap_or(c_uint::MAX);
    put(count, needed)?;
    if room < needed {
        return Err(INSUFFICIENT_SIZE);
    }
    all.into_iter().enumerate().try_for_each(|(at, value)| put(places.wrapping_add(at), value))
}
