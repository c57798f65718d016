//! Errors of memory, and the fields that are asked for by their numbers.

use crate::answer::{NOT_SUPPORTED, get, put};
use crate::exported;
use nvml_wrapper_sys::bindings::{
    nvmlEccCounterType_enum_NVML_AGGREGATE_ECC as AGGREGATE, nvmlEccCounterType_t, nvmlFieldValue_t,
    nvmlMemoryErrorType_enum_NVML_MEMORY_ERROR_TYPE_UNCORRECTED as UNCORRECTED, nvmlMemoryErrorType_t,
    nvmlReturn_enum_NVML_SUCCESS as SUCCESS, nvmlValue_t,
    nvmlValueType_enum_NVML_VALUE_TYPE_UNSIGNED_LONG_LONG as WHOLE,
};
use std::ffi::{c_int, c_ulonglong};

exported! {
    fn nvmlDeviceGetTotalEccErrors(
        handle as device, error: nvmlMemoryErrorType_t, counter: nvmlEccCounterType_t, count: *mut c_ulonglong
    ) {
        let all = handle.figure(|gpu| gpu.ecc)?;
        put(count, all[usize::from(error == UNCORRECTED) + 2 * usize::from(counter == AGGREGATE)])
    };
    fn nvmlDeviceGetFieldValues(handle as device, count: c_int, values: *mut nvmlFieldValue_t) {
        let fields = handle.figure(|gpu| Some(gpu.fields.clone()))?;
        for at in 0..usize::try_from(count).unwrap_or_default() {
            let place = values.wrapping_add(at);
            let mut value = get(place)?;
            match fields.get(&value.fieldId) {
                Some(known) => {
                    (value.valueType, value.nvmlReturn) = (WHOLE, SUCCESS);
                    value.value = nvmlValue_t { ullVal: *known };
                }
                None => value.nvmlReturn = NOT_SUPPORTED,
            }
            put(place, value)?;
        }
        Ok(())
    };
}
