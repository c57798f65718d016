//! `gpus`: the GPUs of this host, read once.

use super::output::{Output, Tone, print_json};
use super::table::Table;
use crate::domain::gpu::GpuReading;
use crate::domain::units::{bytes, percent};
use crate::domain::{Fault, GpuDevice, GpuSample};
use crate::probe::gpu::GpuProbe;

pub fn run(output: Output) -> Result<u8, Fault> {
    let sample = GpuProbe::start(None).sample();
    match sample {
        GpuSample::Failed(fault) => Err(fault),
        sample if output.json => print_json(&sample).map(|()| 0),
        GpuSample::Absent { reason } => output.line(&*reason).map(|()| 0),
        GpuSample::Devices(devices) => print(&devices, output).map(|()| 0),
    }
}

fn print(devices: &[GpuDevice], output: Output) -> Result<(), Fault> {
    let mut table = Table::new(&["GPU", "NAME", "BUSY", "MEMORY", "TEMP", "POWER", "PROCESSES"], "no GPU");
    for device in devices {
        let name = device.name.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        let mut cells = vec![(Tone::Plain, device.index.to_string()), (Tone::Plain, name)];
        match &device.reading {
            Ok(reading) => cells.extend(figures(reading).map(|text| (Tone::Plain, text))),
            Err(reason) => cells.push((Tone::Bad, reason.to_string())),
        }
        table.row(cells);
    }
    table.print(output)
}

/// Absent is not zero: what the device does not tell is a dash, and under MIG the parent has no utilisation.
fn figures(reading: &GpuReading) -> [String; 5] {
    let absent = || "–".to_owned();
    let pair = |used: Option<String>, all: Option<String>| match (used, all) {
        (None, None) => absent(),
        (used, all) => format!("{}/{}", used.unwrap_or_else(absent), all.unwrap_or_else(absent)),
    };
    let busy = reading.utilisation_percent.map(|busy| percent(f64::from(busy)));
    [
        if reading.mig { "n/a (MIG)".to_owned() } else { busy.unwrap_or_else(absent) },
        pair(reading.memory_used_bytes.map(bytes), reading.memory_total_bytes.map(bytes)),
        reading.temperature_celsius.map_or_else(absent, |degrees| format!("{degrees}°C")),
        pair(
            reading.power_watts.map(|watts| format!("{watts:.0}")),
            reading.power_limit_watts.map(|watts| format!("{watts:.0}W")),
        ),
        reading.processes.len().to_string(),
    ]
}
