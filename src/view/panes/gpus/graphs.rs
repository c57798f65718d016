//! Fifteen minutes of the selected device.

use crate::app::State;
use crate::app::pane::services::Series;
use crate::app::store::gpus::Measure;
use crate::domain::{GpuReading, units};
use crate::view::canvas::Canvas;
use crate::view::widgets::panels::{self, Panel};
use ratatui::layout::Rect;

/// A line of words and three of bars.
pub(super) const LEAST: u16 = 4;
/// From this width on three stand side by side.
const SIDE_BY_SIDE: u16 = 120;
/// A graph takes a line of words and so many of bars, or there are fewer of them.
pub(super) const WORTH: u16 = 3;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(graphs) = &state.panes.gpus.graphs else { return };
    let reading = state.gpus.get(graphs.device).and_then(|device| device.reading.as_ref().ok());
    // What it never told in all that time has no graph.
    let told: Vec<_> = graphs.each.iter().filter(|(_, series)| series.peak().is_some()).collect();
    if area.height < WORTH || told.is_empty() {
        return;
    }
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let across: u16 = if area.width >= SIDE_BY_SIDE { 3 } else { 2 };
    // Whole rows of them, of those that matter most.
    let count = usize::from((area.height / WORTH) * across).min(told.len());
    let panels: Vec<Panel<'_>> =
        told.into_iter().take(count).map(|(measure, series)| panel(*measure, series, reading)).collect();
    panels::draw(canvas, inner, &panels, across, graphs.last);
}

fn panel<'g>(measure: Measure, series: &'g Series, reading: Option<&GpuReading>) -> Panel<'g> {
    let now = reading.and_then(|reading| measure.of(reading));
    // A step is a mean, so what is read now may be more than any of them.
    let peak = series.peak().into_iter().chain(now).reduce(f64::max);
    let limit = limit(measure, reading);
    let words = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| spelt(measure, value));
    let name = name(measure);
    let most = limit.map(|limit| format!(" of {}", spelt(measure, limit))).unwrap_or_default();
    let (now, peak_words) = (words(now), words(peak));
    let top = limit.unwrap_or_else(|| peak.unwrap_or(0.0).max(least(measure)));
    Panel {
        titles: vec![
            format!("{name} {now}{most}, peak {peak_words} in 15 min"),
            format!("{name} {now}{most}, peak {peak_words}"),
            format!("{name} {now}"),
        ],
        series,
        top: top.max(peak.unwrap_or(0.0)),
    }
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Busy => "busy",
        Measure::Memory => "memory",
        Measure::Temperature => "temperature",
        Measure::Power => "power",
        Measure::Traffic => "PCIe",
        Measure::Clock => "SM clock",
    }
}

fn spelt(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Busy => format!("{value:.0}%"),
        Measure::Memory => units::bytes(units::whole(value)),
        Measure::Temperature => format!("{value:.0}°C"),
        Measure::Power => format!("{value:.0}W"),
        Measure::Traffic => format!("{}/s", units::bytes(units::whole(value))),
        Measure::Clock => format!("{value:.0}MHz"),
    }
}

/// What fills the height, where something limits it.
fn limit(measure: Measure, reading: Option<&GpuReading>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "it is the height of a graph")]
    let float = |bytes: u64| bytes as f64;
    match measure {
        Measure::Busy => Some(100.0),
        Measure::Memory => reading?.memory_total_bytes.map(float),
        Measure::Temperature => reading?.thresholds.slowdown_celsius.map(f64::from),
        Measure::Power => reading?.power_limit_watts,
        Measure::Traffic => None,
        Measure::Clock => reading?.clocks.sm_most.map(f64::from),
    }
}

fn least(measure: Measure) -> f64 {
    match measure {
        Measure::Busy | Measure::Temperature | Measure::Power => 100.0,
        Measure::Memory => 1_073_741_824.0,
        Measure::Traffic => 1_048_576.0,
        Measure::Clock => 1000.0,
    }
}
