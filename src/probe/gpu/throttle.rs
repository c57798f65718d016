//! Why the clocks are low, and the time that has cost.

use super::ask::Asked;
use crate::domain::gpu::ThrottleReason;
use nvml_wrapper::Device;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::PerformancePolicy;
use nvml_wrapper::error::NvmlError;
use std::collections::BTreeMap;

const NANOSECONDS: u64 = 1_000_000;

/// That it is idle, or runs at the clocks that were asked for, is no reason to worry and left out.
pub(super) fn reasons(
    device: &Device<'_>,
    asked: &mut Asked,
) -> Result<Option<Vec<ThrottleReason>>, NvmlError> {
    let bits = asked.figure("throttle reasons", device.current_throttle_reasons())?;
    Ok(bits.map(named))
}

pub(super) fn named(bits: ThrottleReasons) -> Vec<ThrottleReason> {
    let heat = ThrottleReasons::SW_THERMAL_SLOWDOWN | ThrottleReasons::HW_THERMAL_SLOWDOWN;
    let told = heat | ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN;
    let each = [
        (bits.contains(ThrottleReasons::SW_POWER_CAP), ThrottleReason::Power),
        (bits.intersects(heat), ThrottleReason::Heat),
        (bits.contains(ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN), ThrottleReason::PowerBrake),
        (bits.contains(ThrottleReasons::SYNC_BOOST), ThrottleReason::SyncBoost),
        // It is set beside those that say more.
        (bits.contains(ThrottleReasons::HW_SLOWDOWN) && !bits.intersects(told), ThrottleReason::Hardware),
    ];
    each.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
}

/// Milliseconds since the driver was loaded.
pub(super) fn lost(
    device: &Device<'_>,
    asked: &mut Asked,
) -> Result<BTreeMap<ThrottleReason, u64>, NvmlError> {
    let mut lost = BTreeMap::new();
    for (policy, reason) in [
        (PerformancePolicy::Power, ThrottleReason::Power),
        (PerformancePolicy::Thermal, ThrottleReason::Heat),
        (PerformancePolicy::SyncBoost, ThrottleReason::SyncBoost),
        (PerformancePolicy::BoardLimit, ThrottleReason::Board),
        (PerformancePolicy::Reliability, ThrottleReason::Reliability),
    ] {
        if let Some(time) = asked.figure("throttle times", device.violation_status(policy))? {
            lost.insert(reason, time.violation_time / NANOSECONDS);
        }
    }
    Ok(lost)
}
