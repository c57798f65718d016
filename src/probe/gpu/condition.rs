//! The errors of a device's memory, and what its driver wants done about them.

use super::ask::Asked;
use crate::domain::gpu::{EccCounts, MemoryCondition, RecoveryAction, RowRemaps};
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{EccCounter, MemoryError};
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id;

/// Asked for in one call, in this order.
const FIELDS: [u32; 9] = [
    field_id::NVML_FI_DEV_RETIRED_SBE,
    field_id::NVML_FI_DEV_RETIRED_DBE,
    field_id::NVML_FI_DEV_RETIRED_PENDING,
    field_id::NVML_FI_DEV_REMAPPED_COR,
    field_id::NVML_FI_DEV_REMAPPED_UNC,
    field_id::NVML_FI_DEV_REMAPPED_PENDING,
    field_id::NVML_FI_DEV_REMAPPED_FAILURE,
    field_id::NVML_FI_DEV_MEMORY_TEMP,
    field_id::NVML_FI_DEV_GET_GPU_RECOVERY_ACTION,
];

#[derive(Clone, Default)]
pub(super) struct Condition {
    pub(super) memory: MemoryCondition,
    pub(super) memory_celsius: Option<u32>,
    pub(super) recovery: Option<RecoveryAction>,
}

pub(super) fn read(device: &Device<'_>, asked: &mut Asked) -> Result<Condition, NvmlError> {
    let mut counts = |counter: EccCounter| -> Result<EccCounts, NvmlError> {
        let mut errors = |error| asked.figure("ECC errors", device.total_ecc_errors(error, counter));
        Ok(EccCounts {
            corrected: errors(MemoryError::Corrected)?,
            uncorrected: errors(MemoryError::Uncorrected)?,
        })
    };
    let (volatile, aggregate) = (counts(EccCounter::Volatile)?, counts(EccCounter::Aggregate)?);
    let fields =
        asked.figure("error fields", device.field_values_for(&FIELDS.map(FieldId)))?.unwrap_or_default();
    // A field that this driver does not know is an error of that field alone.
    let mut values = FIELDS.map(|_| None);
    for (value, field) in values.iter_mut().zip(fields) {
        *value = field.ok().and_then(|sample| sample.value.ok()).and_then(|value| whole(&value));
    }
    let [
        retired_corrected,
        retired_uncorrected,
        retirement,
        corrected,
        uncorrected,
        pending,
        failed,
        celsius,
        action,
    ] = values;
    let flag = |value: Option<u64>| value.map(|value| value != 0);
    let memory = MemoryCondition {
        volatile,
        aggregate,
        retired_corrected,
        retired_uncorrected,
        retirement_pending: flag(retirement),
        remaps: RowRemaps { corrected, uncorrected, pending: flag(pending), failed: flag(failed) },
    };
    Ok(Condition {
        memory,
        // Devices that do not measure it report nothing, as 0.
        memory_celsius: celsius
            .and_then(|degrees| u32::try_from(degrees).ok())
            .filter(|degrees| *degrees > 0),
        recovery: action.map(RecoveryAction::of),
    })
}

fn whole(value: &SampleValue) -> Option<u64> {
    match *value {
        SampleValue::U32(value) => Some(value.into()),
        SampleValue::U64(value) => Some(value),
        SampleValue::I64(value) => u64::try_from(value).ok(),
        SampleValue::F64(_) => None,
    }
}
