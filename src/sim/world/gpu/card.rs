//! What a device tells beside what it does: limits, clocks, links and errors.

use super::small;
use crate::sim::numbers::whole;
use crate::sim::scenario::spec;

/// From here on the power limit holds it back, in percent of its utilisation.
const CAPPED: f64 = 94.0;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimCard {
    /// In degrees: to work at, to slow down at, to stop at, and of the memory.
    pub thresholds: [u32; 4],
    /// In megahertz, of the multiprocessors and of the memory.
    pub clocks: [u32; 2],
    pub clocks_most: [u32; 2],
    pub performance_state: u32,
    pub memory_busy_percent: u32,
    pub memory_celsius: u32,
    /// By its power limit, now.
    pub held_back: bool,
    pub lost_to_power_milliseconds: u64,
    pub lost_to_heat_milliseconds: u64,
    pub pcie_generation: u32,
    pub pcie_width: u32,
    pub pcie_width_most: u32,
    /// In a second.
    pub received_bytes: u64,
    pub sent_bytes: u64,
    /// Since the driver was loaded.
    pub corrected_errors: u64,
    /// Each link's other device, and whether it is up.
    pub nvlinks: Vec<(u32, bool)>,
}

impl SimCard {
    pub(super) fn of(
        device: &spec::Gpu,
        card: &spec::Card,
        utilisation: f64,
        celsius: f64,
        nvlinks: Vec<(u32, bool)>,
    ) -> Self {
        let held_back = utilisation >= CAPPED;
        let [most, memory] = card.clocks;
        // It runs at full speed as soon as it has something to do.
        let rises = f64::from(most - card.idle_clock) * (utilisation / 25.0).min(1.0);
        let clock = f64::from(card.idle_clock) + rises;
        let clock = if held_back { clock - 8.0 * (utilisation - CAPPED) - 15.0 } else { clock };
        let milliseconds = |span: spec::Span| u64::try_from(span.0.as_millis()).unwrap_or(u64::MAX);
        Self {
            thresholds: card.thresholds,
            // Clocks go in steps.
            clocks: [small(clock / 15.0) * 15, memory],
            clocks_most: card.clocks,
            performance_state: 0,
            memory_busy_percent: small(utilisation * 0.47),
            memory_celsius: small(celsius + 8.0),
            held_back,
            lost_to_power_milliseconds: milliseconds(device.lost_to_power),
            lost_to_heat_milliseconds: milliseconds(device.lost_to_heat),
            pcie_generation: card.pcie_generation,
            pcie_width: device.pcie_width.unwrap_or(card.pcie_width),
            pcie_width_most: card.pcie_width,
            received_bytes: whole(utilisation * 11_400_000.0),
            sent_bytes: whole(utilisation * 1_300_000.0),
            corrected_errors: device.corrected_errors,
            nvlinks,
        }
    }
}
