//! `gpus`: the GPUs of this host, once or anew each second. Once also tells who asked for which, where an Engine of
//! this host answers: to ask it about each of its containers every second would cost it dearly.

use super::context::Context;
use super::interrupts::{ENDED, Interrupts};
use super::output::{Output, Tone, print_document, print_json};
use super::table::Table;
use crate::domain::gpu::{GpuReading, MigInstance, NoteLevel, Seat, seats};
use crate::domain::units::{bytes, percent};
use crate::domain::{Container, Fault, FaultKind, GpuDevice, GpuSample, Safe};
use crate::engine::{Endpoint, Engine};
use crate::probe::gpu::GpuProbe;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a driver is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two pictures.
const APART: Duration = Duration::from_secs(1);
const ABSENT: &str = "–";
const TITLES: [&str; 9] = ["GPU", "NAME", "BUSY", "MEMORY", "TEMP", "POWER", "SM CLOCK", "PCIE", "PROCESSES"];

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Go on, with a new picture each second; with --json a document on a line each
    #[arg(short, long)]
    watch: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let mut probe = GpuProbe::start(context.global.nvml_library.clone());
    let mut sample = probe.first(PATIENCE);
    if !arguments.watch {
        return once(context, sample, output).await.map(|()| 0);
    }
    let mut interrupts = Interrupts::new()?;
    let mut lines = 0;
    loop {
        lines = show(&sample, output, lines)?;
        tokio::select! {
            () = tokio::time::sleep(APART) => sample = probe.sample(),
            () = interrupts.next() => return Ok(ENDED),
        }
    }
}

/// What `--json` tells once.
#[derive(Serialize)]
struct Document<'s> {
    #[serde(flatten)]
    sample: &'s GpuSample,
    /// By the devices' indices, what is in use beyond what their processes hold.
    unattributed_bytes: BTreeMap<u32, u64>,
    /// `null` where no Engine of this host answers.
    seats: Option<Vec<Seat>>,
    /// Why there are none.
    seats_unread: Option<Safe>,
}

async fn once(context: &Context, sample: GpuSample, output: Output) -> Result<(), Fault> {
    let devices = match &sample {
        GpuSample::Failed(fault) => return Err(fault.clone()),
        GpuSample::Absent { .. } => &[][..],
        GpuSample::Devices(devices) => devices,
    };
    let containers = if devices.is_empty() { Ok(Vec::new()) } else { running(context).await };
    let seats = containers.map(|containers| seats(&containers, devices));
    if output.json {
        let unattributed = devices
            .iter()
            .filter_map(|device| Some((device.index, device.reading.as_ref().ok()?.unattributed_bytes()?)));
        let unattributed_bytes = unattributed.collect();
        let (seats, seats_unread) = match seats {
            Ok(seats) => (Some(seats), None),
            Err(why) => (None, Some(why)),
        };
        return print_json(&Document { sample: &sample, unattributed_bytes, seats, seats_unread });
    }
    print(&sample, output, usize::MAX)?;
    let seats = match seats {
        Ok(seats) if seats.is_empty() => return Ok(()),
        Ok(seats) => seats,
        Err(why) => {
            output.line("")?;
            return output.toned(&[(Tone::Dim, &format!("who asked for which GPU cannot be told: {why}"))]);
        }
    };
    output.line("")?;
    let titles = Seat::TITLES.map(str::to_uppercase);
    let mut table = Table::new(&titles.each_ref().map(String::as_str), "");
    for seat in seats {
        table.plain_row(seat.cells().map(|cell| cell.to_string()).to_vec());
    }
    table.print(output)
}

/// The containers that run on this host, as inspected, or why they cannot be told. Those of another host are on other
/// GPUs.
async fn running(context: &Context) -> Result<Vec<Container>, Safe> {
    let of_engine = |fault: Fault| Safe::new(fault.to_string());
    let endpoint = context.endpoint().map_err(of_engine)?;
    if !endpoint.is_local() {
        return Err(Safe::new("these are the GPUs of this host, and the Engine is another one's"));
    }
    inspected(&endpoint).await.map_err(of_engine)
}

async fn inspected(endpoint: &Endpoint) -> Result<Vec<Container>, Fault> {
    let engine = Engine::connect(endpoint).await?;
    let mut running = Vec::new();
    for container in engine.fleet().await? {
        if !container.is_running() {
            continue;
        }
        match engine.inspect(&container.id).await {
            // It was removed meanwhile.
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            inspected => running.push(inspected?),
        }
    }
    Ok(running)
}

/// Over the picture before it, which took so many lines, where there is a terminal. Says how many this one took.
fn show(sample: &GpuSample, output: Output, before: usize) -> Result<usize, Fault> {
    if output.json {
        return print_json(sample).map(|()| 0);
    }
    let Some((_, rows)) = output.size() else { return print(sample, output, usize::MAX) };
    // Long lines are cut where the terminal ends.
    let back = if before > 0 { format!("\x1b[{before}A") } else { String::new() };
    print_document(&format!("\x1b[?7l{back}\r\x1b[J"))?;
    let lines = print(sample, output, rows.saturating_sub(1).max(2))?;
    print_document("\x1b[?7h")?;
    Ok(lines)
}

/// In no more lines than there is room for; says how many it took.
fn print(sample: &GpuSample, output: Output, room: usize) -> Result<usize, Fault> {
    let devices = match sample {
        GpuSample::Absent { reason } => return output.line(&**reason).map(|()| 1),
        GpuSample::Failed(fault) => return output.toned(&[(Tone::Bad, &fault.to_string())]).map(|()| 1),
        GpuSample::Devices(devices) => devices,
    };
    let mut table = Table::new(&TITLES, "no GPU");
    let mut lines = 1;
    for cells in devices.iter().flat_map(rows).take(room - 1) {
        table.row(cells);
        lines += 1;
    }
    table.print(output)?;
    for (device, note) in
        devices.iter().flat_map(|device| device.notes().into_iter().map(move |note| (device, note)))
    {
        if lines == room {
            break;
        }
        let tone = match note.level {
            NoteLevel::Bad => Tone::Bad,
            NoteLevel::Warning => Tone::Warning,
            NoteLevel::Plain => Tone::Dim,
        };
        output.toned(&[(Tone::Dim, &format!("GPU {}: ", device.index)), (tone, &note.text)])?;
        lines += 1;
    }
    Ok(lines)
}

type Cells = Vec<(Tone, String)>;

/// The device's, and those of the slices that it is cut into.
fn rows(device: &GpuDevice) -> Vec<Cells> {
    let name = device.name.as_ref().map_or_else(|| ABSENT.to_owned(), ToString::to_string);
    let mut cells = vec![(Tone::Plain, device.index.to_string()), (Tone::Plain, name)];
    let reading = match &device.reading {
        Ok(reading) => reading,
        Err(reason) => {
            cells.push((Tone::Bad, reason.to_string()));
            return vec![cells];
        }
    };
    // What stands there while a driver does not answer is from before.
    let tone = if device.silent_seconds.is_some() { Tone::Dim } else { Tone::Plain };
    cells.extend(figures(reading).map(|text| (tone, text)));
    let slices = reading.instances.iter().map(|slice| slice_cells(device.index, slice));
    std::iter::once(cells).chain(slices).collect()
}

fn slice_cells(device: u32, slice: &MigInstance) -> Cells {
    let profile = slice.profile.as_ref().map_or_else(|| ABSENT.to_owned(), ToString::to_string);
    let texts = [
        format!("{device}:{}", slice.index),
        profile,
        "n/a".to_owned(),
        pair(slice.memory_used_bytes.map(bytes), slice.memory_total_bytes.map(bytes)),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        slice.processes.len().to_string(),
    ];
    texts.map(|text| (Tone::Plain, text)).to_vec()
}

/// Absent is not zero: what the device does not tell is a dash, and under MIG the parent has no utilisation.
fn figures(reading: &GpuReading) -> [String; 7] {
    let absent = || ABSENT.to_owned();
    let busy = reading.utilisation_percent.map(|busy| percent(f64::from(busy)));
    let pcie = &reading.pcie;
    let traffic =
        |bytes_a_second: Option<u64>| bytes_a_second.map_or_else(absent, |rate| format!("{}/s", bytes(rate)));
    let link = match (pcie.generation, pcie.width) {
        (Some(generation), Some(width)) => {
            let (received, sent) = (traffic(pcie.received_bytes), traffic(pcie.sent_bytes));
            format!("gen {generation} x{width} in {received} out {sent}")
        }
        (_, None) | (None, _) => absent(),
    };
    [
        if reading.mig { "n/a (MIG)".to_owned() } else { busy.unwrap_or_else(absent) },
        pair(reading.memory_used_bytes.map(bytes), reading.memory_total_bytes.map(bytes)),
        reading.temperature_celsius.map_or_else(absent, |degrees| format!("{degrees}°C")),
        pair(
            reading.power_watts.map(|watts| format!("{watts:.0}")),
            reading.power_limit_watts.map(|watts| format!("{watts:.0}W")),
        ),
        reading.clocks.sm.map_or_else(absent, |clock| format!("{clock}MHz")),
        link,
        match reading.processes_unread {
            Some(_) => absent(),
            None => reading.processes.len().to_string(),
        },
    ]
}

fn pair(used: Option<String>, all: Option<String>) -> String {
    let word = |value: Option<String>| value.unwrap_or_else(|| ABSENT.to_owned());
    match (used, all) {
        (None, None) => ABSENT.to_owned(),
        (used, all) => format!("{}/{}", word(used), word(all)),
    }
}
