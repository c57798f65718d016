//! Pane 2: what each GPU does, and who holds its memory.

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::config::theme::Theme;
use crate::domain::gpu::GpuProcess;
use crate::domain::safe::TextStyle;
use crate::domain::{ContainerId, GpuDevice, GpuReading, GpuSample, units};
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::Frame;
use crate::view::text;
use crate::view::widgets::columns::{Column, widths};
use crate::view::widgets::sparkline;
use crate::view::words::{self, ABSENT};
use ratatui::layout::Rect;

/// Index, name, bar, utilisation, memory, temperature, power.
const COLUMNS: [Column; 7] = [
    Column::fixed(2, 0),
    Column::between(9, 12, 4),
    Column::between(5, 48, 3),
    Column::fixed(4, 0),
    Column::fixed(8, 0),
    Column::fixed(5, 1),
    Column::fixed(5, 2),
];
/// From here on memory is as good as full.
const MEMORY_FULL: f64 = 0.95;
const HOT: u32 = 85;
const TOO_HOT: u32 = 92;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let body = Frame::new(PaneId::Gpus, focused).draw(canvas, area);
    match state.gpus.sample() {
        None => explain(canvas, body, &["Asking the GPUs…"]),
        Some(GpuSample::Absent { reason }) => explain(canvas, body, &[reason]),
        Some(GpuSample::Failed(fault)) => {
            let text = fault.to_string();
            explain(canvas, body, &[&text, fault.hint.as_deref().unwrap_or_default()]);
        }
        Some(GpuSample::Devices(devices)) => draw_devices(canvas, state, body, focused, devices),
    }
}

fn draw_devices(canvas: &mut Canvas<'_>, state: &State, body: Rect, focused: bool, devices: &[GpuDevice]) {
    let list = &state.panes.gpus.list;
    let all = list.keys().len();
    // A second line for each device's course and holders, as soon as all devices then still fit.
    let roomy = usize::from(body.height) >= all * 2;
    let height = if roomy { 2 } else { 1 };
    // A blank line in between, when there is room for that too.
    let airy = usize::from(body.height) >= all * 3 && all > 0;
    let rows = Rows::of(list, PaneId::Gpus, focused, body, if airy { 3 } else { height });
    for index in rows.shown.clone() {
        let Some(device) = devices.iter().find(|device| Some(&device.index) == list.keys().get(index)) else {
            continue;
        };
        let text = rows.text_area(index);
        let marked = Rect { height: height.min(text.height), ..rows.area(index) };
        draw_device(canvas, state, Rect { height: marked.height, ..text }, device);
        rows.finish_in(canvas, index, marked);
    }
    rows.scrollbar(canvas, all);
}

fn draw_device(canvas: &mut Canvas<'_>, state: &State, area: Rect, device: &GpuDevice) {
    let theme = canvas.theme;
    let widths = widths(&COLUMNS, area.width);
    let mut x = area.x;
    let mut next = |width: u16| {
        let at = x;
        x += width + u16::from(width > 0);
        at
    };
    let (index, name) = (next(widths[0]), next(widths[1]));
    canvas.put(index, area.y, widths[0], &device.index.to_string(), theme.dim);
    let known = device.name.as_deref().map_or(ABSENT.to_owned(), short_name);
    canvas.put(name, area.y, widths[1], &known, theme.text);
    let reading = match &device.reading {
        Ok(reading) => reading,
        Err(reason) => {
            let at = next(0);
            canvas.pieces(
                at,
                area.y,
                area.right().saturating_sub(at),
                &[("✗ ", theme.bad), (reason, theme.bad)],
            );
            return;
        }
    };
    let bar = next(widths[2]);
    let part = reading.utilisation_percent.map(|percent| f64::from(percent) / 100.0);
    canvas.meter(bar, area.y, widths[2], part, theme.gauge_filled);
    let utilisation = utilisation(reading);
    let known = if part.is_some() { theme.text } else { theme.dim };
    canvas.put_right(next(widths[3]), area.y, widths[3], &utilisation, known);
    let memory = words::part_of(reading.memory_used_bytes, reading.memory_total_bytes);
    canvas.put_right(next(widths[4]), area.y, widths[4], &memory, memory_look(reading, theme));
    let celsius = words::optional(reading.temperature_celsius, |degrees| format!("{degrees}°C"));
    canvas.put_right(next(widths[5]), area.y, widths[5], &celsius, heat(reading.temperature_celsius, theme));
    let power = words::optional(reading.power_watts, |watts| format!("{watts:.0}W"));
    canvas.put_right(next(widths[6]), area.y, widths[6], &power, theme.text);
    if area.height > 1 {
        draw_second_line(canvas, state, area, device.index, reading, widths[0]);
    }
}

/// The last minute, and who holds the memory.
fn draw_second_line(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    device: u32,
    reading: &GpuReading,
    indent: u16,
) {
    let theme = canvas.theme;
    let history: Vec<_> =
        state.gpus.history(device).map(|percent| percent.map(|percent| f64::from(percent) / 100.0)).collect();
    let indent = indent + u16::from(indent > 0);
    let (x, y) = (area.x + indent.min(area.width), area.y + 1);
    let columns = (area.width.saturating_sub(indent) / 3).min(60);
    let course = sparkline::line(&history, usize::from(columns));
    let at = canvas.put(x, y, columns, &course, theme.sparkline) + 2;
    let holders = holders(state, &reading.processes);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (place, (name, memory)) in holders.iter().enumerate() {
        if place > 0 {
            pieces.push(("  ", theme.dim));
        }
        pieces.extend([(name.as_str(), theme.text), (" ", theme.dim), (memory.as_str(), theme.dim)]);
    }
    if pieces.is_empty() {
        pieces.push(("no processes", theme.dim));
    }
    canvas.pieces(at, y, area.right().saturating_sub(at), &pieces);
}

/// Containers by name with what they hold together; processes outside containers by their number.
fn holders(state: &State, processes: &[GpuProcess]) -> Vec<(String, String)> {
    let mut holders: Vec<(String, Option<u64>)> = Vec::new();
    for process in processes {
        let name = match &process.container {
            Some(id) => match state.fleet.get(&ContainerId(id.clone())) {
                Some(container) => container.tag(),
                None => format!("container {}", ContainerId(id.clone()).short()),
            },
            None => format!("process {}", process.pid),
        };
        match holders.iter_mut().find(|(known, _)| *known == name) {
            Some((_, memory)) => *memory = memory.zip(process.memory_bytes).map(|(a, b)| a + b),
            None => holders.push((name, process.memory_bytes)),
        }
    }
    holders.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    holders.into_iter().map(|(name, memory)| (name, words::optional(memory, units::bytes))).collect()
}

/// A device that is cut into slices has no utilisation of its own.
fn utilisation(reading: &GpuReading) -> String {
    match reading.utilisation_percent {
        Some(percent) => format!("{percent}%"),
        None if reading.mig => "MIG".to_owned(),
        None => ABSENT.to_owned(),
    }
}

fn memory_look(reading: &GpuReading, theme: &Theme) -> TextStyle {
    match words::ratio(reading.memory_used_bytes, reading.memory_total_bytes) {
        Some(part) if part >= MEMORY_FULL => theme.warning,
        Some(_) => theme.text,
        None => theme.dim,
    }
}

fn heat(celsius: Option<u32>, theme: &Theme) -> TextStyle {
    match celsius {
        Some(TOO_HOT..) => theme.bad,
        Some(HOT..) => theme.warning,
        Some(_) => theme.text,
        None => theme.dim,
    }
}

/// `NVIDIA A100-SXM4-80GB` without what every device of its maker is called.
fn short_name(name: &str) -> String {
    let name = ["NVIDIA ", "Tesla ", "GeForce "]
        .iter()
        .fold(name, |name, maker| name.strip_prefix(maker).unwrap_or(name));
    name.replace("-SXM4-", " ").replace("-PCIE-", " ").replace(" HBM3", "")
}

/// One line that stands for the pane where it has no room.
pub(in crate::view) fn strip(state: &State, theme: &Theme) -> Vec<(String, TextStyle)> {
    let devices = match state.gpus.sample() {
        None => return vec![("asking…".to_owned(), theme.dim)],
        Some(GpuSample::Absent { reason }) => return vec![(reason.to_string(), theme.dim)],
        Some(GpuSample::Failed(fault)) => return vec![(format!("✗ {fault}"), theme.bad)],
        Some(GpuSample::Devices(devices)) => devices,
    };
    let mut pieces = Vec::new();
    for device in devices {
        pieces.push((format!("{} ", device.index), theme.dim));
        match &device.reading {
            Ok(reading) => {
                let utilisation = utilisation(reading);
                let memory = words::part_of(reading.memory_used_bytes, reading.memory_total_bytes);
                pieces.push((format!("{utilisation:>4} "), theme.text));
                pieces.push((format!("{memory}  "), memory_look(reading, theme)));
            }
            Err(reason) => pieces.push((format!("✗ {}  ", text::fit(reason, 12)), theme.bad)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_all_have() {
        assert_eq!(short_name("NVIDIA A100-SXM4-80GB"), "A100 80GB");
        assert_eq!(short_name("NVIDIA GeForce RTX 4090"), "RTX 4090");
        assert_eq!(short_name("NVIDIA H100 80GB HBM3"), "H100 80GB");
    }
}
