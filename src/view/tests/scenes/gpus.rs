//! Four devices: one at work, one crowded, one lost, one in slices.

use super::driving::ago;
use super::looks::zoomed;
use crate::app::fixtures::gpu_device;
use crate::app::{self, Msg, PaneId, State};
use crate::domain::fixtures::container_id;
use crate::domain::gpu::{
    Clocks, EccCounts, GpuProcess, MigInstance, NvLink, PcieLink, RecoveryAction, Thresholds, ThrottleReason,
    Xid,
};
use crate::domain::{GpuDevice, GpuReading, GpuSample, Safe};

const GIB: u64 = 1 << 30;

pub fn gpus() -> Vec<GpuDevice> {
    let device = |index, utilisation, used: u64, celsius, watts, holders: &[(&str, u64)]| {
        let process = |(name, gib): &(&str, u64)| GpuProcess {
            pid: 4242,
            started_ticks: None,
            sm_percent: None,
            instance: None,
            memory_bytes: Some(gib * GIB),
            container: Some(container_id(name).0),
            gone: false,
        };
        let reading = GpuReading {
            utilisation_percent: Some(utilisation),
            memory_used_bytes: Some(used * GIB),
            memory_total_bytes: Some(80 * GIB),
            temperature_celsius: Some(celsius),
            power_watts: Some(watts),
            power_limit_watts: Some(400.0),
            processes: holders.iter().map(process).collect(),
            ..GpuReading::default()
        };
        gpu_device(index, Ok(reading))
    };
    let mut lost = device(2, 0, 0, 0, 0.0, &[]);
    lost.reading = Err(Safe::new("GPU is lost (Xid 79)"));
    let mut sliced = device(3, 0, 19, 41, 96.0, &[]);
    if let Ok(reading) = &mut sliced.reading {
        reading.utilisation_percent = None;
        reading.mig = true;
        reading.processes = vec![GpuProcess {
            pid: 31_337,
            started_ticks: None,
            memory_bytes: None,
            sm_percent: None,
            instance: None,
            container: None,
            gone: false,
        }];
    }
    vec![
        device(0, 93, 71, 62, 287.0, &[("mcp-mcp-training-1", 70)]),
        device(1, 31, 78, 87, 121.0, &[("mcp-mcp-inference-1", 38), ("mcp-mcp-inference-2", 38)]),
        lost,
        sliced,
    ]
}

/// The pane alone, after fifteen minutes: the first device hot and with an error, the second silent, the last in slices.
pub fn gpus_in_detail() -> State {
    let mut state = zoomed(PaneId::Gpus);
    for second in (0..900).rev() {
        let mut devices = gpus();
        let Ok(reading) = &mut devices[0].reading else { continue };
        reading.utilisation_percent = Some(if second % 240 < 60 { 20 } else { 93 });
        tell_all(reading);
        devices[0].xids = vec![Xid { time: ago(75), code: 31 }, Xid { time: ago(70), code: 94 }];
        devices[1].silent_seconds = (second < 8).then_some(7);
        if let Ok(reading) = &mut devices[3].reading {
            let slice = |index, profile: &str, used: u64, total: u64| MigInstance {
                index,
                profile: Some(Safe::new(profile)),
                memory_used_bytes: Some(used * GIB),
                memory_total_bytes: Some(total * GIB),
                ..MigInstance::default()
            };
            reading.instances = vec![slice(0, "3g.40gb", 18, 40), slice(2, "1g.10gb", 1, 10)];
        }
        drop(app::update(&mut state, Msg::Gpu(GpuSample::Devices(devices)), ago(second)));
    }
    state
}

fn tell_all(reading: &mut GpuReading) {
    reading.memory_busy_percent = Some(48);
    reading.memory_temperature_celsius = Some(71);
    reading.thresholds = Thresholds {
        operating_celsius: Some(85),
        slowdown_celsius: Some(89),
        shutdown_celsius: Some(92),
        memory_celsius: Some(95),
    };
    reading.clocks =
        Clocks { sm: Some(1155), sm_most: Some(1410), memory: Some(1593), memory_most: Some(1593) };
    (reading.fan_percent, reading.performance_state) = (Some(55), Some(0));
    (reading.encoder_percent, reading.decoder_percent) = (Some(0), Some(12));
    reading.throttle.reasons = Some(vec![ThrottleReason::Heat]);
    reading.throttle.lost_milliseconds = [(ThrottleReason::Power, 0), (ThrottleReason::Heat, 754_000)].into();
    reading.pcie = PcieLink {
        generation: Some(4),
        generation_most: Some(4),
        width: Some(8),
        width_most: Some(16),
        received_bytes: Some(GIB),
        sent_bytes: Some(2 << 20),
        replays: Some(3),
    };
    let link = |link, peer| NvLink { link, active: peer == Some(1), peer_bus: None, peer };
    reading.nvlinks = vec![link(0, Some(1)), link(1, Some(1)), link(2, None)];
    reading.memory_condition.volatile = EccCounts { corrected: Some(12), uncorrected: Some(1) };
    reading.memory_condition.aggregate = EccCounts { corrected: Some(340), uncorrected: Some(2) };
    reading.memory_condition.remaps.pending = Some(true);
    reading.recovery = Some(RecoveryAction::Reset);
    if let Some(process) = reading.processes.first_mut() {
        process.sm_percent = Some(90);
    }
}
