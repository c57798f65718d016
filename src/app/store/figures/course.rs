//! The last fifteen minutes of a container, a second at a time.

use super::Rates;
use crate::app::store::minutes::{Minutes, float};
use crate::domain::ContainerFigures;

/// What is kept of each second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Percent of one core.
    Cpu,
    /// Bytes.
    Memory,
    /// Bytes a second, in and out.
    Network,
    /// Bytes a second, read and written.
    Block,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course(Minutes<4>);

impl Channel {
    /// What one step of the smallest values is worth.
    fn unit(self) -> f64 {
        match self {
            Self::Cpu => 0.01,
            Self::Memory => 1024.0,
            Self::Network | Self::Block => 1.0,
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Cpu => 0,
            Self::Memory => 1,
            Self::Network => 2,
            Self::Block => 3,
        }
    }
}

impl Course {
    pub(super) fn note(&mut self, figures: &ContainerFigures, rates: &Rates) {
        let memory = figures.memory_bytes.map(float);
        let network = sum(rates.received, rates.sent).map(float);
        let block = sum(rates.read, rates.written).map(float);
        let mut values = [None; 4];
        for (channel, value) in [
            (Channel::Cpu, figures.cpu_percent),
            (Channel::Memory, memory),
            (Channel::Network, network),
            (Channel::Block, block),
        ] {
            values[channel.place()] = value.map(|value| value / channel.unit());
        }
        self.0.note(figures.time.as_second(), values);
    }

    /// The mean of the readings from one second up to and without another; `None` where there was no reading.
    pub fn mean(&self, channel: Channel, from: i64, to: i64) -> Option<f64> {
        self.0.mean(channel.place(), from, to).map(|mean| mean * channel.unit())
    }

    /// Bytes that it takes.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.0.size()
    }
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}
