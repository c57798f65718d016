//! One device, or one of its slices, in a line or two.

use super::holders::holders;
use crate::app::State;
use crate::config::theme::Theme;
use crate::domain::gpu::{GpuProcess, MigInstance, NoteLevel, Thresholds};
use crate::domain::safe::TextStyle;
use crate::domain::{GpuDevice, GpuReading};
use crate::view::canvas::{Canvas, Piece};
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
/// For devices that do not say themselves.
const HOT: u32 = 85;
const TOO_HOT: u32 = 92;

/// The columns' places, of the line at the top of the area.
struct Line {
    widths: [u16; 7],
    starts: [u16; 7],
    y: u16,
}

impl Line {
    fn of(area: Rect) -> Self {
        let widths = widths(&COLUMNS, area.width);
        let mut x = area.x;
        let starts = widths.map(|width| {
            let at = x;
            x += width + u16::from(width > 0);
            at
        });
        Self { widths, starts, y: area.y }
    }

    fn left(&self, canvas: &mut Canvas<'_>, column: usize, text: &str, look: TextStyle) {
        canvas.put(self.starts[column], self.y, self.widths[column], text, look);
    }

    fn right(&self, canvas: &mut Canvas<'_>, column: usize, text: &str, look: TextStyle) {
        canvas.put_right(self.starts[column], self.y, self.widths[column], text, look);
    }

    fn meter(&self, canvas: &mut Canvas<'_>, part: Option<f64>) {
        let filled = canvas.theme.gauge_filled;
        canvas.meter(self.starts[2], self.y, self.widths[2], part, filled);
    }
}

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    device: &GpuDevice,
    instance: Option<u32>,
) {
    let slices = device.reading.iter().flat_map(|reading| &reading.instances);
    match instance.and_then(|index| slices.into_iter().find(|slice| slice.index == index)) {
        Some(slice) => draw_slice(canvas, state, area, slice),
        None => draw_device(canvas, state, area, device),
    }
}

fn draw_device(canvas: &mut Canvas<'_>, state: &State, area: Rect, device: &GpuDevice) {
    let theme = canvas.theme;
    let line = Line::of(area);
    line.left(canvas, 0, &device.index.to_string(), theme.dim);
    line.left(canvas, 1, &device.name.as_deref().map_or(ABSENT.to_owned(), short_name), theme.text);
    let reading = match &device.reading {
        Ok(reading) => reading,
        Err(reason) => {
            let room = area.right().saturating_sub(line.starts[2]);
            canvas.pieces(line.starts[2], area.y, room, &[("✗ ", theme.bad), (reason, theme.bad)]);
            return;
        }
    };
    let part = reading.utilisation_percent.map(|percent| f64::from(percent) / 100.0);
    line.meter(canvas, part);
    line.right(canvas, 3, &utilisation(reading), if part.is_some() { theme.text } else { theme.dim });
    let (used, total) = (reading.memory_used_bytes, reading.memory_total_bytes);
    line.right(canvas, 4, &words::part_of(used, total), memory_look(used, total, theme));
    let celsius = words::optional(reading.temperature_celsius, |degrees| format!("{degrees}°C"));
    line.right(canvas, 5, &celsius, heat(reading.temperature_celsius, &reading.thresholds, theme));
    let power = words::optional(reading.power_watts, |watts| format!("{watts:.0}W"));
    line.right(canvas, 6, &power, theme.text);
    if let Some(seconds) = device.silent_seconds {
        // What stands there is from before.
        canvas.recede(Rect { height: 1, ..area }, theme.dim);
        let words = format!("⚠ not answering for {seconds} s");
        let beside = if area.height > 1 { area.x } else { line.starts[1] };
        let y = if area.height > 1 { area.y + 1 } else { area.y };
        let room = area.right().saturating_sub(beside);
        canvas.put(beside, y, room, &format!("{words:<width$}", width = usize::from(room)), theme.warning);
        return;
    }
    if area.height > 1 {
        draw_second_line(canvas, state, area, device, reading, line.widths[0]);
    }
}

/// It has no utilisation that NVML would tell, so its memory is what its bar shows.
fn draw_slice(canvas: &mut Canvas<'_>, state: &State, area: Rect, slice: &MigInstance) {
    let theme = canvas.theme;
    let line = Line::of(area);
    line.left(canvas, 0, " └", theme.dim);
    let profile = slice.profile.as_deref().unwrap_or(ABSENT);
    line.left(canvas, 1, profile, theme.text);
    let (used, total) = (slice.memory_used_bytes, slice.memory_total_bytes);
    line.meter(canvas, words::ratio(used, total));
    line.right(canvas, 3, "n/a", theme.dim);
    line.right(canvas, 4, &words::part_of(used, total), memory_look(used, total, theme));
    if area.height > 1 {
        let indent = (line.widths[0] + 1).min(area.width);
        draw_holders(canvas, state, area.x + indent, Rect { y: area.y + 1, ..area }, &slice.processes);
    }
}

/// The last minute, what is to be known of the device, and who holds the memory.
fn draw_second_line(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    device: &GpuDevice,
    reading: &GpuReading,
    indent: u16,
) {
    let theme = canvas.theme;
    let history: Vec<_> = state
        .gpus
        .history(device.index)
        .map(|percent| percent.map(|percent| f64::from(percent) / 100.0))
        .collect();
    let indent = indent + u16::from(indent > 0);
    let (x, y) = (area.x + indent.min(area.width), area.y + 1);
    let columns = (area.width.saturating_sub(indent) / 3).min(60);
    let course = sparkline::line(&history, usize::from(columns));
    let mut at = canvas.put(x, y, columns, &course, theme.sparkline) + 2;
    // The gravest; the others stand below the rows of the zoomed pane.
    if let Some(note) = device.notes().first().filter(|note| note.level != NoteLevel::Plain) {
        let room = area.right().saturating_sub(at);
        at = canvas.put(at, y, room, &format!("⚠ {}", note.text), level_look(note.level, theme)) + 2;
    }
    draw_holders(canvas, state, at, Rect { y, ..area }, &reading.processes);
}

fn draw_holders(canvas: &mut Canvas<'_>, state: &State, at: u16, area: Rect, processes: &[GpuProcess]) {
    let theme = canvas.theme;
    let holders = holders(state, processes);
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
    canvas.pieces(at, area.y, area.right().saturating_sub(at), &pieces);
}

pub(super) fn level_look(level: NoteLevel, theme: &Theme) -> TextStyle {
    match level {
        NoteLevel::Bad => theme.bad,
        NoteLevel::Warning => theme.warning,
        NoteLevel::Plain => theme.dim,
    }
}

/// A device that is cut into slices has no utilisation of its own.
pub(super) fn utilisation(reading: &GpuReading) -> String {
    match reading.utilisation_percent {
        Some(percent) => format!("{percent}%"),
        None if reading.mig => "MIG".to_owned(),
        None => ABSENT.to_owned(),
    }
}

pub(super) fn memory_look(used: Option<u64>, total: Option<u64>, theme: &Theme) -> TextStyle {
    match words::ratio(used, total) {
        Some(part) if part >= MEMORY_FULL => theme.warning,
        Some(_) => theme.text,
        None => theme.dim,
    }
}

fn heat(celsius: Option<u32>, thresholds: &Thresholds, theme: &Theme) -> TextStyle {
    let hot = thresholds.operating_celsius.unwrap_or(HOT);
    let too_hot = thresholds.slowdown_celsius.unwrap_or(TOO_HOT);
    match celsius {
        Some(celsius) if celsius >= too_hot => theme.bad,
        Some(celsius) if celsius >= hot => theme.warning,
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
