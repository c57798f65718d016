//! All that is known of the selected device, below the rows.

use super::holders;
use super::row::level_look;
use crate::app::State;
use crate::domain::gpu::{EccCounts, GpuProcess, indices};
use crate::domain::safe::TextStyle;
use crate::domain::{GpuDevice, GpuReading, units};
use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::words::{self, ABSENT};
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::time::Duration;

/// A rule, five facts and two lines for notes or for what is long.
pub(super) const HEIGHT: u16 = 8;
/// Between two facts.
const BETWEEN: &str = " · ";

/// Says how many rows it took.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) -> u16 {
    let theme = canvas.theme;
    let place = state.panes.gpus.list.selected();
    let Some(device) = place.and_then(|place| state.gpus.get(place.device)) else { return 0 };
    if area.height == 0 {
        return 0;
    }
    canvas.put(area.x, area.y, area.width, &"─".repeat(usize::from(area.width)), theme.border);
    let (index, identity) = (format!(" GPU {} ", device.index), identity(device));
    let room = area.width.saturating_sub(2);
    canvas.pieces(area.x + 1, area.y, room, &[(&index, theme.title), (&identity, theme.dim)]);
    let mut lines: Vec<(String, TextStyle)> = notes(canvas, device);
    if let Ok(reading) = &device.reading {
        lines.extend(facts(state, reading).into_iter().map(|line| (line, theme.text)));
    }
    // More where that leaves as much for the graphs.
    let most = area.height.min(HEIGHT.max(area.height / 2)) - 1;
    let mut used = 0;
    for (line, look) in lines {
        for part in text::wrap(&line, usize::from(room)) {
            if used == most {
                return used + 1;
            }
            used += 1;
            canvas.put(area.x + 1, area.y + used, room, &part, look);
        }
    }
    used + 1
}

fn identity(device: &GpuDevice) -> String {
    let known = [&device.name, &device.bus, &device.uuid];
    let known: Vec<&str> = known.into_iter().flatten().map(|word| &**word).collect();
    format!("{} ", known.join(BETWEEN))
}

/// The newest Xid with its age; the rest as it is told everywhere. All of a level share a line.
fn notes(canvas: &Canvas<'_>, device: &GpuDevice) -> Vec<(String, TextStyle)> {
    let mut lines: Vec<(String, TextStyle)> = Vec::new();
    let mut level = None;
    for mut note in device.notes() {
        if let Some(xid) = device.xids.last().filter(|_| note.text.starts_with("Xid")) {
            note.text = format!("{} ({} ago)", note.text, words::age(Some(xid.time), canvas.now));
        }
        match lines.last_mut().filter(|_| level == Some(note.level)) {
            Some((line, _)) => *line = format!("{line}{BETWEEN}{}", note.text),
            None => lines.push((note.text, level_look(note.level, canvas.theme))),
        }
        level = Some(note.level);
    }
    lines
}

fn facts(state: &State, reading: &GpuReading) -> Vec<String> {
    let number = |value: Option<u32>| words::optional(value, |value| value.to_string());
    let percent = |value: Option<u32>| words::optional(value, |value| format!("{value}%"));
    let clocks = &reading.clocks;
    let limits = &reading.thresholds;
    let celsius = |value: Option<u32>| words::optional(value, |value| format!("{value}°C"));
    let pcie = &reading.pcie;
    let rate = |value: Option<u64>| words::optional(value, |value| format!("{}/s", units::bytes(value)));
    let condition = &reading.memory_condition;
    let count = |value: Option<u64>| words::optional(value, words::count);
    let pages = (condition.retired_corrected, condition.retired_uncorrected);
    let rows = (condition.remaps.corrected, condition.remaps.uncorrected);
    vec![
        [
            format!(
                "SM {}/{} memory {}/{} MHz",
                number(clocks.sm),
                number(clocks.sm_most),
                number(clocks.memory),
                number(clocks.memory_most)
            ),
            words::optional(reading.performance_state, |state| format!("P{state}")),
            format!("fan {}", percent(reading.fan_percent)),
            format!(
                "encoder {} decoder {}",
                percent(reading.encoder_percent),
                percent(reading.decoder_percent)
            ),
        ]
        .join(BETWEEN),
        [
            format!(
                "memory {} busy, {} of {}",
                percent(reading.memory_busy_percent),
                celsius(reading.memory_temperature_celsius),
                celsius(limits.memory_celsius)
            ),
            format!(
                "slows at {}, stops at {}",
                celsius(limits.slowdown_celsius),
                celsius(limits.shutdown_celsius)
            ),
            lost(reading),
        ]
        .join(BETWEEN),
        [
            format!(
                "PCIe gen {}/{} x{}/{}",
                number(pcie.generation),
                number(pcie.generation_most),
                number(pcie.width),
                number(pcie.width_most)
            ),
            format!("in {} out {}", rate(pcie.received_bytes), rate(pcie.sent_bytes)),
            format!("{} replays", count(pcie.replays)),
            nvlinks(reading),
        ]
        .join(BETWEEN),
        [
            format!("ECC corrected/not {} now {} ever", ecc(condition.volatile), ecc(condition.aggregate)),
            format!("pages retired {}", both(pages)),
            format!("rows remapped {}", both(rows)),
        ]
        .join(BETWEEN),
        processes(state, reading),
    ]
}

fn lost(reading: &GpuReading) -> String {
    let each = reading.throttle.lost_milliseconds.iter().filter(|(_, lost)| **lost >= 1000);
    let each: Vec<String> = each
        .map(|(reason, lost)| format!("{} {}", reason.word(), units::duration(Duration::from_millis(*lost))))
        .collect();
    match (each.is_empty(), reading.throttle.lost_milliseconds.is_empty()) {
        (false, _) => format!("lost to {}", each.join(", ")),
        (true, false) => "no time lost".to_owned(),
        (true, true) => format!("time lost {ABSENT}"),
    }
}

fn nvlinks(reading: &GpuReading) -> String {
    let up: Vec<_> = reading.nvlinks.iter().filter(|link| link.active).collect();
    let devices: BTreeSet<u32> = up.iter().filter_map(|link| link.peer).collect();
    let mut peers: Vec<String> = Vec::new();
    if !devices.is_empty() {
        peers.push(indices(&devices));
    }
    if up.iter().any(|link| link.peer.is_none()) {
        peers.push("a switch".to_owned());
    }
    match reading.nvlinks.len() {
        0 => format!("NVLink {ABSENT}"),
        all => format!(
            "NVLink {}/{all} to {}",
            up.len(),
            if peers.is_empty() { ABSENT.to_owned() } else { peers.join(" and ") }
        ),
    }
}

/// Corrected and uncorrected.
fn ecc(counts: EccCounts) -> String {
    both((counts.corrected, counts.uncorrected))
}

fn both((corrected, uncorrected): (Option<u64>, Option<u64>)) -> String {
    match (corrected, uncorrected) {
        (None, None) => ABSENT.to_owned(),
        (corrected, uncorrected) => {
            let count = |value: Option<u64>| words::optional(value, words::count);
            format!("{}/{}", count(corrected), count(uncorrected))
        }
    }
}

/// Who is on it, and what is in use beyond what they hold.
fn processes(state: &State, reading: &GpuReading) -> String {
    let mut each: Vec<String> = reading.processes.iter().map(|one| process(state, one)).collect();
    if each.is_empty() {
        each.push("none".to_owned());
    }
    if let Some(bytes) = reading.unattributed_bytes().filter(|bytes| *bytes > 0) {
        each.push(format!("{} unattributed", units::bytes(bytes)));
    }
    format!("processes {}", each.join(BETWEEN))
}

fn process(state: &State, process: &GpuProcess) -> String {
    let container = holders::container(state, process).map(|name| format!("{name} ")).unwrap_or_default();
    let memory = words::optional(process.memory_bytes, units::bytes);
    let busy = words::optional(process.sm_percent, |busy| format!("{busy}% SM"));
    let gone = if process.gone { ", gone" } else { "" };
    format!("{container}{} {memory} {busy}{gone}", process.pid)
}
