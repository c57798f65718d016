//! What the selected row, or all that are marked together, used in the last fifteen minutes: processor, memory, network
//! and disks, with the words for now, for the most there was, and for what limits it.

use crate::app::State;
use crate::app::pane::services::{Graphs, Series};
use crate::app::tree::Usage;
use crate::domain::units;
use crate::view::canvas::Canvas;
use crate::view::text;
use crate::view::widgets::panels::{self, Panel};
use crate::view::words;
use ratatui::layout::Rect;

/// From this width on the four stand side by side.
const SIDE_BY_SIDE: u16 = 160;
/// Below it they stand one above the other.
const IN_PAIRS: u16 = 56;
/// The least that four of them in pairs can be read in: a rule, and twice a line of words and two of bars.
const LEAST: u16 = 7;

/// The part of the pane that the graphs take, from its lower end; `None` where the rows need it all.
pub(super) fn area(body: Rect) -> Option<Rect> {
    let wanted = if body.width >= SIDE_BY_SIDE { body.height / 3 } else { body.height * 2 / 5 };
    let height = wanted.clamp(LEAST, 19);
    let fits = body.height >= height + 8;
    fits.then(|| Rect { y: body.bottom() - height, height, ..body })
}

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let theme = canvas.theme;
    let rule = "─".repeat(usize::from(area.width));
    canvas.put(area.x, area.y, area.width, &rule, theme.border);
    let Some(graphs) = &state.panes.services.graphs else {
        canvas.put(area.x + 1, area.y, area.width, " nothing has been read yet ", theme.dim);
        return;
    };
    let name = match graphs.subjects.as_slice() {
        [one] => state.name_of(one),
        several => {
            let names: Vec<String> = several.iter().map(|subject| state.name_of(subject)).collect();
            format!("{} marked together: {}", names.len(), names.join(", "))
        }
    };
    let room = area.width.saturating_sub(2);
    let name = crate::domain::Safe::new(name);
    let name = text::fit(&name, usize::from(room / 2));
    let usage = state.tree.usage_of_all(&graphs.subjects);
    let waits = waits(&usage);
    let blank = (" ", theme.title);
    let pieces = [blank, (&*name, theme.title), blank, ("15 min ", theme.dim), (waits.as_str(), theme.dim)];
    canvas.pieces(area.x + 1, area.y, room, &pieces);
    if graphs.is_empty() {
        let containers = state.tree.containers_of_all(&graphs.subjects);
        let runs = containers.iter().any(|node| node.status.is_running());
        let words = if runs { "nothing has been read of it yet" } else { "nothing of it runs" };
        canvas.put(area.x + 1, area.y + 1, room, words, theme.dim);
        return;
    }
    let inner = Rect { x: area.x + 1, y: area.y + 1, width: room, height: area.height.saturating_sub(1) };
    let across = match area.width {
        SIDE_BY_SIDE.. => 4,
        IN_PAIRS.. => 2,
        _ => 1,
    };
    panels::draw(canvas, inner, &panels(graphs, &usage), across, graphs.last);
}

/// What is waited for, as the kernel accounts for it, and who told.
fn waits(usage: &Usage) -> String {
    let waits = [("cpu", usage.cpu_pressure), ("memory", usage.memory_pressure), ("io", usage.io_pressure)];
    let waits =
        waits.into_iter().filter_map(|(what, part)| Some(format!("{what} {}", units::percent(part?))));
    let waits: Vec<String> = waits.collect();
    let source = usage.source.map(words::figure_source).unwrap_or_default();
    if waits.is_empty() {
        return if source.is_empty() { String::new() } else { format!("{source} ") };
    }
    format!("{source}, waiting for {} ", waits.join(", "))
}

fn panels<'g>(graphs: &'g Graphs, usage: &Usage) -> [Panel<'g>; 4] {
    let bytes = |value: Option<u64>| words::optional(value, units::bytes);
    // A step is a mean, so what is used now may be more than any of them.
    let peak = |series: &Series, now: Option<f64>, words: fn(f64) -> String| {
        let peak = series.peak().into_iter().chain(now).reduce(f64::max);
        peak.map(|peak| format!(", peak {}", words(peak))).unwrap_or_default()
    };
    let of_bytes = |value: f64| units::bytes(units::whole(value));
    let of_rate = |value: f64| format!("{}/s", units::bytes(units::whole(value)));
    let limit = usage.memory_limit_bytes.map(|limit| format!(" of {}", units::bytes(limit)));
    let limit = limit.unwrap_or_default();
    let ever = usage.memory_peak_bytes.map(|peak| format!(", ever {}", units::bytes(peak)));
    let ever = ever.unwrap_or_default();
    let top = |series: &Series, least: f64| series.peak().unwrap_or(0.0).max(least);
    let memory_top = usage.memory_limit_bytes.map_or(1_048_576.0, float);
    let cpu = words::optional(usage.cpu_percent, units::percent);
    let quota = usage.cpu_limit_cores.map(|cores| format!(", quota {}", units::percent(cores * 100.0)));
    let quota = quota.unwrap_or_default();
    let cpu_top = usage.cpu_limit_cores.map_or(10.0, |cores| cores * 100.0);
    let cpu_peak = peak(&graphs.cpu, usage.cpu_percent, units::percent);
    let memory = bytes(usage.memory_bytes);
    let memory_peak = peak(&graphs.memory, usage.memory_bytes.map(float), of_bytes);
    let (received, sent) = (bytes(usage.received), bytes(usage.sent));
    let network_peak = peak(&graphs.network, sum(usage.received, usage.sent), of_rate);
    let (read, written) = (bytes(usage.read), bytes(usage.written));
    let block_peak = peak(&graphs.block, sum(usage.read, usage.written), of_rate);
    [
        Panel {
            titles: vec![
                format!("CPU {cpu} of one core{cpu_peak}{quota}"),
                format!("CPU {cpu}{cpu_peak}{quota}"),
                format!("CPU {cpu}{cpu_peak}"),
            ],
            series: &graphs.cpu,
            top: top(&graphs.cpu, cpu_top),
        },
        Panel {
            titles: vec![
                format!("memory {memory}{limit}{memory_peak}{ever}"),
                format!("memory {memory}{limit}{memory_peak}"),
                format!("memory {memory}{memory_peak}"),
            ],
            series: &graphs.memory,
            top: top(&graphs.memory, memory_top),
        },
        Panel {
            titles: vec![
                format!("network in {received}/s out {sent}/s{network_peak}"),
                format!("net in {received} out {sent}{network_peak}"),
                format!("net in {received} out {sent}"),
            ],
            series: &graphs.network,
            top: top(&graphs.network, 1024.0),
        },
        Panel {
            titles: vec![
                format!("disk read {read}/s written {written}/s{block_peak}"),
                format!("disk read {read} wrote {written}{block_peak}"),
                format!("read {read} wrote {written}{block_peak}"),
                format!("read {read} wrote {written}"),
            ],
            series: &graphs.block,
            top: top(&graphs.block, 1024.0),
        },
    ]
}

#[expect(clippy::cast_precision_loss, reason = "it is the height of a graph, or a figure of three digits")]
fn float(value: u64) -> f64 {
    value as f64
}

/// What is known of both.
fn sum(one: Option<u64>, other: Option<u64>) -> Option<f64> {
    let known = one.into_iter().chain(other);
    known.reduce(u64::saturating_add).map(float)
}
