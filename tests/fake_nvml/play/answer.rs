//! How every function answers: late or with an error, when the scenario says so, and else with what its body gives.

use crate::scenario::{self, Gpu, Instance, Scenario};
use nvml_wrapper_sys::bindings::{
    nvmlDevice_t, nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST as LOST,
    nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT as INVALID_ARGUMENT, nvmlReturn_enum_NVML_SUCCESS as SUCCESS,
    nvmlReturn_t,
};
use std::collections::BTreeMap;
use std::ffi::c_char;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub use nvml_wrapper_sys::bindings::nvmlReturn_enum_NVML_ERROR_NOT_SUPPORTED as NOT_SUPPORTED;

pub type Answer<T = ()> = Result<T, nvmlReturn_t>;

/// Instances of a device have handles in steps of so many.
const INSTANCE: usize = 1 << 16;

/// Declares functions of the library. Those with `device` get what the handle stands for.
#[macro_export]
macro_rules! exported {
    ($(fn $name:ident($handle:ident as device $(, $argument:ident: $type:ty)*) $body:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(device: ::nvml_wrapper_sys::bindings::nvmlDevice_t $(, $argument: $type)*)
            -> ::nvml_wrapper_sys::bindings::nvmlReturn_t
        {
            $crate::answer::of_device(stringify!($name), device, |$handle| $body)
        }
    )*};
    ($(fn $name:ident($($argument:ident: $type:ty),*) $body:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($argument: $type),*) -> ::nvml_wrapper_sys::bindings::nvmlReturn_t {
            $crate::answer::of_all(stringify!($name), |scenario| $body(scenario))
        }
    )*};
}

/// What a handle stands for.
pub struct Handle {
    pub scenario: Arc<Scenario>,
    pub index: usize,
    pub instance: Option<usize>,
}

impl Handle {
    pub fn gpu(&self) -> Answer<&Gpu> {
        self.scenario.gpus.get(self.index).ok_or(INVALID_ARGUMENT)
    }

    /// The instance, when it is one.
    pub fn instance(&self) -> Answer<Option<&Instance>> {
        let Some(index) = self.instance else { return Ok(None) };
        let instance = self.gpu()?.instances.get(index).and_then(Option::as_ref);
        instance.map(Some).ok_or(INVALID_ARGUMENT)
    }

    /// A figure that only whole devices tell.
    pub fn figure<T>(&self, figure: impl FnOnce(&Gpu) -> Option<T>) -> Answer<T> {
        let gpu = self.gpu()?;
        if self.instance.is_some() { Err(NOT_SUPPORTED) } else { figure(gpu).ok_or(NOT_SUPPORTED) }
    }
}

pub fn of_all(name: &str, body: impl FnOnce(&Arc<Scenario>) -> Answer) -> nvmlReturn_t {
    let scenario = scenario::now();
    wait(&scenario.blocks, name);
    let answer = match scenario.answers.get(name) {
        Some(code) => Err(*code),
        None => body(&scenario),
    };
    answer.err().unwrap_or(SUCCESS)
}

pub fn of_device(name: &str, device: nvmlDevice_t, body: impl FnOnce(&Handle) -> Answer) -> nvmlReturn_t {
    of_all(name, |scenario| {
        let number = (device as usize).checked_sub(1).ok_or(INVALID_ARGUMENT)?;
        let (index, instance) = (number % INSTANCE, (number / INSTANCE).checked_sub(1));
        let handle = Handle { scenario: Arc::clone(scenario), index, instance };
        let gpu = handle.gpu()?;
        wait(&gpu.blocks, name);
        match gpu.answers.get(name) {
            Some(code) => Err(*code),
            None if gpu.lost => Err(LOST),
            None => body(&handle),
        }
    })
}

fn wait(blocks: &BTreeMap<String, u64>, name: &str) {
    if let Some(seconds) = blocks.get(name) {
        thread::sleep(Duration::from_secs(*seconds));
    }
}

/// The handle of a device, or of one of its instances.
pub fn handle(index: usize, instance: Option<usize>) -> nvmlDevice_t {
    let number = instance.map_or(0, |instance| (instance + 1) * INSTANCE) + index + 1;
    std::ptr::without_provenance_mut(number)
}

pub fn put<T>(place: *mut T, value: T) -> Answer {
    if place.is_null() {
        return Err(INVALID_ARGUMENT);
    }
    // SAFETY: NVML's callers hand in places of that type, or none.
    unsafe { place.write(value) };
    Ok(())
}

pub fn get<T: Copy>(place: *const T) -> Answer<T> {
    if place.is_null() {
        return Err(INVALID_ARGUMENT);
    }
    // SAFETY: as above.
    Ok(unsafe { place.read() })
}

/// A text that ends with a zero, as much of it as there is room for.
pub fn put_text(place: *mut c_char, room: u32, text: &str) -> Answer {
    let room = (room as usize).checked_sub(1).ok_or(INVALID_ARGUMENT)?;
    let bytes = text.bytes().take(room).chain([0]);
    for (at, byte) in bytes.enumerate() {
        put(place.wrapping_add(at), c_char::from_ne_bytes([byte]))?;
    }
    Ok(())
}
