//! The last fifteen minutes of a device.

use crate::app::store::minutes::{Minutes, float};
use crate::domain::GpuReading;

/// What is kept of each second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Percent.
    Busy,
    /// Bytes.
    Memory,
    /// Degrees Celsius.
    Temperature,
    /// Watts.
    Power,
    /// Bytes a second over PCIe, both ways.
    Traffic,
    /// Megahertz of the multiprocessors.
    Clock,
}

const MEBIBYTE: f64 = 1_048_576.0;
const KIBIBYTE: f64 = 1024.0;

impl Measure {
    /// In the order in which they are kept, and drawn where there is no room for all.
    pub const ALL: [Self; 6] =
        [Self::Busy, Self::Memory, Self::Temperature, Self::Power, Self::Traffic, Self::Clock];

    /// What one step of the smallest values is worth.
    fn unit(self) -> f64 {
        match self {
            Self::Busy | Self::Temperature | Self::Clock => 1.0,
            Self::Memory => MEBIBYTE,
            Self::Power => 0.1,
            Self::Traffic => KIBIBYTE,
        }
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|measure| *measure == self).unwrap_or(0)
    }

    pub fn of(self, reading: &GpuReading) -> Option<f64> {
        match self {
            Self::Busy => reading.utilisation_percent.map(f64::from),
            Self::Memory => reading.memory_used_bytes.map(float),
            Self::Temperature => reading.temperature_celsius.map(f64::from),
            Self::Power => reading.power_watts,
            Self::Traffic => {
                let ways = reading.pcie.received_bytes.into_iter().chain(reading.pcie.sent_bytes);
                ways.reduce(u64::saturating_add).map(float)
            }
            Self::Clock => reading.clocks.sm.map(f64::from),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course(Minutes<6>);

impl Course {
    /// A second without a reading is noted too.
    pub(super) fn note(&mut self, second: i64, reading: Option<&GpuReading>) {
        let value = |measure: Measure| measure.of(reading?).map(|value| value / measure.unit());
        self.0.note(second, Measure::ALL.map(value));
    }

    /// The mean of the readings from one second up to and without another; `None` where there was no reading.
    pub fn mean(&self, measure: Measure, from: i64, to: i64) -> Option<f64> {
        self.0.mean(measure.place(), from, to).map(|mean| mean * measure.unit())
    }

    pub fn newest(&self) -> Option<i64> {
        self.0.newest()
    }
}
