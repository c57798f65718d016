//! The simulated devices, as NVML would tell of them.

use crate::domain::gpu::{
    Clocks, EccCounts, GpuProcess, NvLink, PcieLink, RecoveryAction, RowRemaps, Thresholds, Throttle,
    ThrottleReason, Xid,
};
use crate::domain::{GpuDevice, GpuReading, Safe};
use crate::sim::{SimCard, SimGpu, SimGpuProcess, SimGpuReading};

pub(super) fn device(gpu: SimGpu) -> GpuDevice {
    let xid = |(time, code)| Xid { time, code };
    GpuDevice {
        index: gpu.index,
        uuid: gpu.uuid.map(Safe::new),
        name: gpu.name.map(Safe::new),
        bus: gpu.bus.map(Safe::new),
        reading: gpu.reading.map(reading).map_err(Safe::new),
        silent_seconds: None,
        xids: gpu.xids.into_iter().map(xid).collect(),
    }
}

fn reading(told: SimGpuReading) -> GpuReading {
    let reading = GpuReading {
        utilisation_percent: told.utilisation_percent,
        memory_used_bytes: told.memory_used_bytes,
        memory_total_bytes: told.memory_total_bytes,
        temperature_celsius: told.temperature_celsius,
        power_watts: told.power_watts,
        power_limit_watts: told.power_limit_watts,
        mig: told.mig,
        processes: told.processes.into_iter().map(process).collect(),
        ..GpuReading::default()
    };
    match told.card {
        Some(card) => with_card(reading, card),
        None => reading,
    }
}

fn process(process: SimGpuProcess) -> GpuProcess {
    GpuProcess {
        pid: process.pid,
        started_ticks: None,
        memory_bytes: process.memory_bytes,
        sm_percent: process.sm_percent,
        instance: None,
        container: process.container,
        gone: false,
    }
}

fn with_card(mut reading: GpuReading, card: SimCard) -> GpuReading {
    let [operating, slowdown, shutdown, memory] = card.thresholds.map(Some);
    reading.thresholds = Thresholds {
        operating_celsius: operating,
        slowdown_celsius: slowdown,
        shutdown_celsius: shutdown,
        memory_celsius: memory,
    };
    let ([sm, memory], [sm_most, memory_most]) = (card.clocks.map(Some), card.clocks_most.map(Some));
    reading.clocks = Clocks { sm, sm_most, memory, memory_most };
    reading.memory_busy_percent = Some(card.memory_busy_percent);
    reading.memory_temperature_celsius = Some(card.memory_celsius);
    reading.performance_state = Some(card.performance_state);
    reading.decoder_percent = Some(0);
    reading.throttle = Throttle {
        reasons: Some(card.held_back.then_some(ThrottleReason::Power).into_iter().collect()),
        lost_milliseconds: [
            (ThrottleReason::Power, card.lost_to_power_milliseconds),
            (ThrottleReason::Heat, card.lost_to_heat_milliseconds),
        ]
        .into(),
    };
    reading.pcie = PcieLink {
        generation: Some(card.pcie_generation),
        generation_most: Some(card.pcie_generation),
        width: Some(card.pcie_width),
        width_most: Some(card.pcie_width_most),
        received_bytes: Some(card.received_bytes),
        sent_bytes: Some(card.sent_bytes),
        replays: Some(0),
    };
    let link = |(link, (peer, active)): (u32, (u32, bool))| NvLink {
        link,
        active,
        peer_bus: None,
        peer: active.then_some(peer),
    };
    reading.nvlinks = (0..).zip(card.nvlinks).map(link).collect();
    let errors = EccCounts { corrected: Some(card.corrected_errors), uncorrected: Some(0) };
    (reading.memory_condition.volatile, reading.memory_condition.aggregate) = (errors, errors);
    reading.memory_condition.remaps =
        RowRemaps { corrected: Some(0), uncorrected: Some(0), pending: Some(false), failed: Some(false) };
    reading.recovery = Some(RecoveryAction::None);
    reading
}
