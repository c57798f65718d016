//! Four devices: one at work, one crowded, one lost, one in slices.

use crate::app::fixtures::gpu_device;
use crate::domain::fixtures::container_id;
use crate::domain::gpu::GpuProcess;
use crate::domain::{GpuDevice, GpuReading, Safe};

const GIB: u64 = 1 << 30;

pub fn gpus() -> Vec<GpuDevice> {
    let device = |index, utilisation, used: u64, celsius, watts, holders: &[(&str, u64)]| {
        let process = |(name, gib): &(&str, u64)| GpuProcess {
            pid: 4242,
            memory_bytes: Some(gib * GIB),
            container: Some(container_id(name).0),
        };
        let reading = GpuReading {
            utilisation_percent: Some(utilisation),
            memory_used_bytes: Some(used * GIB),
            memory_total_bytes: Some(80 * GIB),
            temperature_celsius: Some(celsius),
            power_watts: Some(watts),
            power_limit_watts: Some(400.0),
            mig: false,
            processes: holders.iter().map(process).collect(),
        };
        gpu_device(index, Ok(reading))
    };
    let mut lost = device(2, 0, 0, 0, 0.0, &[]);
    lost.reading = Err(Safe::new("GPU is lost (Xid 79)"));
    let mut sliced = device(3, 0, 19, 41, 96.0, &[]);
    if let Ok(reading) = &mut sliced.reading {
        reading.utilisation_percent = None;
        reading.mig = true;
        reading.processes = vec![GpuProcess { pid: 31_337, memory_bytes: None, container: None }];
    }
    vec![
        device(0, 93, 71, 62, 287.0, &[("mcp-mcp-training-1", 70)]),
        device(1, 31, 78, 87, 121.0, &[("mcp-mcp-inference-1", 38), ("mcp-mcp-inference-2", 38)]),
        lost,
        sliced,
    ]
}
