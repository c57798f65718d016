//! Xids. A set is told of those of the devices that were registered with it.

use crate::answer::{self, put};
use crate::exported;
use crate::scenario::{self, Scenario};
use nvml_wrapper_sys::bindings::{
    nvmlEventData_t, nvmlEventSet_t, nvmlEventTypeXidCriticalError,
    nvmlReturn_enum_NVML_ERROR_TIMEOUT as TIMEOUT,
};
use std::collections::BTreeMap;
use std::ffi::{c_uint, c_ulonglong};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

static SETS: Mutex<BTreeMap<usize, Vec<usize>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicUsize = AtomicUsize::new(1);
/// How many of the scenario's were reported.
static REPORTED: AtomicUsize = AtomicUsize::new(0);

exported! {
    fn nvmlEventSetCreate(set: *mut nvmlEventSet_t) |_: &Arc<Scenario>| {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        SETS.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Vec::new());
        put(set, std::ptr::without_provenance_mut(number))
    };
    fn nvmlEventSetFree(set: nvmlEventSet_t) |_: &Arc<Scenario>| {
        SETS.lock().unwrap_or_else(PoisonError::into_inner).remove(&(set as usize));
        Ok(())
    };
    fn nvmlEventSetWait_v2(set: nvmlEventSet_t, data: *mut nvmlEventData_t, milliseconds: c_uint) |_: &Arc<Scenario>| {
        let end = Instant::now() + Duration::from_millis(milliseconds.into());
        while Instant::now() < end {
            let at = REPORTED.load(Ordering::SeqCst);
            if let Some(event) = scenario::now().xids.get(at) {
                REPORTED.store(at + 1, Ordering::SeqCst);
                let sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
                if sets.get(&(set as usize)).is_some_and(|devices| devices.contains(&event.gpu)) {
                    return put(data, nvmlEventData_t {
                        device: answer::handle(event.gpu, None),
                        eventType: c_ulonglong::from(nvmlEventTypeXidCriticalError),
                        eventData: event.xid,
                        gpuInstanceId: u32::MAX,
                        computeInstanceId: u32::MAX,
                    });
                }
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(TIMEOUT)
    };
}

exported! {
    fn nvmlDeviceRegisterEvents(handle as device, _types: c_ulonglong, set: nvmlEventSet_t) {
        let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
        sets.entry(set as usize).or_default().push(handle.index);
        Ok(())
    };
}
