//! One device: its figures, or why it has none.

use super::ask::{self, Asked};
use super::fixed::Fixed;
use super::keep::Session;
use super::{host_memory, mig, processes, throttle};
use crate::domain::gpu::Clocks;
use crate::domain::{GpuDevice, GpuReading, Safe};
use jiff::Timestamp;
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{Clock, PerformanceState, TemperatureSensor};
use nvml_wrapper::error::NvmlError;
use std::time::Duration;

/// `NVML_DEVICE_MIG_ENABLE`
const MIG_ENABLED: u32 = 1;
/// Figures are read so long before a second of the clock begins, in milliseconds: then they are drawn, fresh.
const AHEAD: i32 = 150;

/// Reads the device once a second while the session lasts.
pub(super) fn follow(session: &Session, index: u32) {
    let mut fixed = None;
    loop {
        session.board.ask_figures(session.number, index);
        session.board.tell_figures(session.number, read(session, index, &mut fixed));
        if !session.rest(until_next(Timestamp::now())) {
            return;
        }
    }
}

/// Half a second at least, for what is used within less says nothing.
pub(super) fn until_next(now: Timestamp) -> Duration {
    let past = (now.subsec_millisecond() + AHEAD).rem_euclid(1000).unsigned_abs();
    let rest = Duration::from_millis(u64::from(1000 - past));
    if rest < Duration::from_millis(500) { rest + Duration::from_secs(1) } else { rest }
}

/// Handles do not outlive a reset of the device, so each reading begins with a new one.
fn read(session: &Session, index: u32, fixed: &mut Option<Fixed>) -> GpuDevice {
    let handle = session.nvml.device_by_index(index);
    let mut uuid = None;
    let reading = handle.and_then(|device| {
        let own = device.uuid()?;
        uuid = Some(Safe::new(&own));
        if fixed.as_ref().is_none_or(|fixed| fixed.uuid != own) {
            *fixed = Some(Fixed::of(&device, own)?);
        }
        match &*fixed {
            Some(fixed) => read_figures(&device, fixed, session.processes_unread.as_ref()),
            None => Err(NvmlError::Unknown),
        }
    });
    let fixed = fixed.as_ref().filter(|_| uuid.is_some());
    GpuDevice {
        index,
        name: fixed.and_then(|fixed| fixed.name.clone()),
        bus: fixed.and_then(|fixed| fixed.bus.clone()),
        uuid,
        reading: reading.map_err(|error| ask::words(&error)),
        silent_seconds: None,
        xids: Vec::new(),
    }
}

fn read_figures(
    device: &Device<'_>,
    fixed: &Fixed,
    unlisted: Option<&Safe>,
) -> Result<GpuReading, NvmlError> {
    let asked = &mut Asked::default();
    // With MIG on, only the instances have a utilisation.
    let mig = asked.figure("MIG", device.mig_mode())?.is_some_and(|mode| mode.current == MIG_ENABLED);
    let rates = if mig { None } else { asked.figure("utilisation", device.utilization_rates())? };
    let percent = |percent: u32| Some(percent).filter(|percent| *percent <= 100);
    let memory = host_memory::of(asked, device.memory_info())?;
    let listed = processes::list(device, asked, unlisted)?;
    let instances = if mig { mig::instances(device, unlisted.is_none())? } else { Vec::new() };
    let mut reading = GpuReading {
        utilisation_percent: rates.as_ref().and_then(|rates| percent(rates.gpu)),
        memory_busy_percent: rates.as_ref().and_then(|rates| percent(rates.memory)),
        memory_used_bytes: memory.used,
        memory_total_bytes: memory.total,
        unified_memory: memory.is_the_hosts,
        temperature_celsius: asked.figure("temperature", device.temperature(TemperatureSensor::Gpu))?,
        thresholds: fixed.thresholds,
        power_watts: asked.figure("power", device.power_usage())?.map(watts),
        power_limit_watts: asked.figure("power limit", device.enforced_power_limit())?.map(watts),
        clocks: Clocks {
            sm: asked.figure("clocks", device.clock_info(Clock::SM))?,
            sm_most: fixed.sm_most,
            memory: asked.figure("clocks", device.clock_info(Clock::Memory))?,
            memory_most: fixed.memory_most,
        },
        fan_percent: fan(device, asked)?,
        performance_state: asked
            .figure("performance state", device.performance_state())?
            .filter(|state| *state != PerformanceState::Unknown)
            .map(|state| state.as_c()),
        encoder_percent: asked.figure("encoder", device.encoder_utilization())?.map(|used| used.utilization),
        decoder_percent: asked.figure("decoder", device.decoder_utilization())?.map(|used| used.utilization),
        mig,
        processes: listed.processes,
        processes_unread: listed.unread,
        ..GpuReading::default()
    };
    reading.throttle.reasons = throttle::reasons(device, asked)?;
    if reading.processes.is_empty() {
        reading.processes = mig::processes(&instances);
    }
    reading.instances = instances;
    reading.refused = std::mem::take(&mut asked.refused);
    reading.unknown_to_driver = std::mem::take(&mut asked.unknown_to_driver);
    Ok(reading)
}

fn watts(milliwatts: u32) -> f64 {
    f64::from(milliwatts) / 1000.0
}

/// The fastest of its fans; a device that a server's fans cool has none.
fn fan(device: &Device<'_>, asked: &mut Asked) -> Result<Option<u32>, NvmlError> {
    let fans = asked.figure("fans", device.num_fans())?.unwrap_or_default().min(16);
    let mut fastest = None;
    for index in 0..fans {
        fastest = fastest.max(asked.figure("fans", device.fan_speed(index))?);
    }
    Ok(fastest)
}
