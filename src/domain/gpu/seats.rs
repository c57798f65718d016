//! The seating plan: which GPUs each service asked for, beside those that its processes are on.

use super::{GpuAsk, GpuDevice, GpuProcess};
use crate::domain::{Container, Safe, units};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const ABSENT: &str = "–";

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sitter {
    Service {
        stack: String,
        service: String,
    },
    /// One outside of stacks.
    Container {
        name: String,
    },
    /// Of an Engine that is not asked here.
    UnknownContainer {
        id: String,
    },
    HostProcesses,
    /// Their memory is held, and they are no more.
    GoneProcesses,
}

/// A row of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seat {
    pub sitter: Sitter,
    /// How many of its containers run and asked for a GPU, or are on one.
    pub containers: usize,
    /// In the words of its containers, each once.
    pub asked: Vec<Safe>,
    pub asked_devices: BTreeSet<u32>,
    pub sits_on: BTreeSet<u32>,
    /// All the memory of the devices that it asked for.
    pub promised_bytes: Option<u64>,
    /// `None` where it is on no device, or where the driver does not tell.
    pub held_bytes: Option<u64>,
}

/// Services and containers by name, and then who is none of them.
pub fn seats<'c>(containers: impl IntoIterator<Item = &'c Container>, devices: &[GpuDevice]) -> Vec<Seat> {
    let running = containers.into_iter().filter(|container| container.is_running());
    let running: HashMap<&str, &Container> =
        running.map(|container| (container.id.0.as_str(), container)).collect();
    let mut plan = Plan::default();
    for device in devices {
        let Ok(reading) = &device.reading else { continue };
        for process in &reading.processes {
            plan.sit(device.index, process, &running);
        }
    }
    for (id, container) in &running {
        let ask = container.details.as_ref().and_then(|details| GpuAsk::of(details, devices));
        let Some(ask) = ask else { continue };
        // What an image says of itself is no wish of whoever started it, unless it came true.
        if !ask.from_environment || plan.seated.contains(*id) || ask.by == super::AskedBy::Ids {
            plan.ask(container, ask);
        }
    }
    let mut seats: Vec<Seat> = plan.seats.into_values().collect();
    for seat in &mut seats {
        let promised = devices.iter().filter(|device| seat.asked_devices.contains(&device.index));
        let each = promised.map(|device| device.reading.as_ref().ok()?.memory_total_bytes);
        seat.promised_bytes = each.sum::<Option<u64>>().filter(|_| !seat.asked_devices.is_empty());
        // In the same order whatever the order that the containers came in.
        seat.asked.sort();
    }
    seats
}

#[derive(Default)]
struct Plan {
    seats: BTreeMap<Sitter, Seat>,
    /// Containers that count in one of the rows.
    seated: BTreeSet<String>,
}

impl Plan {
    fn seat(&mut self, sitter: Sitter) -> &mut Seat {
        self.seats.entry(sitter.clone()).or_insert_with(|| Seat {
            sitter,
            containers: 0,
            asked: Vec::new(),
            asked_devices: BTreeSet::new(),
            sits_on: BTreeSet::new(),
            promised_bytes: None,
            held_bytes: None,
        })
    }

    fn sit(&mut self, device: u32, process: &GpuProcess, running: &HashMap<&str, &Container>) {
        let container = process.container.as_deref();
        let sitter = match container {
            Some(id) => running.get(id).map_or_else(
                || Sitter::UnknownContainer { id: id.to_owned() },
                |container| Sitter::of(container),
            ),
            None if process.gone => Sitter::GoneProcesses,
            None => Sitter::HostProcesses,
        };
        let is_new = container.is_some_and(|id| self.seated.insert(id.to_owned()));
        let seat = self.seat(sitter);
        seat.containers += usize::from(is_new);
        let first = seat.sits_on.is_empty();
        seat.sits_on.insert(device);
        seat.held_bytes = match (first, seat.held_bytes) {
            (true, _) => process.memory_bytes,
            (false, held) => held.zip(process.memory_bytes).map(|(held, more)| held + more),
        };
    }

    fn ask(&mut self, container: &Container, ask: GpuAsk) {
        let is_new = self.seated.insert(container.id.0.clone());
        let seat = self.seat(Sitter::of(container));
        seat.containers += usize::from(is_new);
        seat.asked_devices.extend(ask.devices);
        if !seat.asked.contains(&ask.words) {
            seat.asked.push(ask.words);
        }
    }
}

impl Sitter {
    fn of(container: &Container) -> Self {
        match &container.compose {
            Some(labels) => Self::Service { stack: labels.project.clone(), service: labels.service.clone() },
            None => Self::Container { name: container.name.to_string() },
        }
    }
}

/// As they stand in a row, on the screen and in the shell.
impl Seat {
    pub const TITLES: [&'static str; 4] = ["service", "asked", "sits on", "memory"];

    pub fn cells(&self) -> [Safe; 4] {
        let name = match &self.sitter {
            Sitter::Service { stack, service } if self.containers > 1 => {
                format!("{stack}/{service} ×{}", self.containers)
            }
            Sitter::Service { stack, service } => format!("{stack}/{service}"),
            Sitter::Container { name } => name.clone(),
            Sitter::UnknownContainer { id } => format!("container {}", id.get(..12).unwrap_or(id)),
            Sitter::HostProcesses => "processes of the host".to_owned(),
            Sitter::GoneProcesses => "processes that are gone".to_owned(),
        };
        let asked: Vec<&str> = self.asked.iter().map(|words| &**words).collect();
        let asked = match (asked.is_empty(), self.asked_devices.is_empty()) {
            (true, _) => ABSENT.to_owned(),
            (false, true) => format!("{} → {ABSENT}", asked.join(", ")),
            (false, false) => format!("{} → {}", asked.join(", "), indices(&self.asked_devices)),
        };
        let held = self.held_bytes.map_or_else(|| ABSENT.to_owned(), units::bytes);
        let memory = match self.promised_bytes {
            Some(promised) => format!("{held} of {}", units::bytes(promised)),
            None => held,
        };
        [name, asked, indices(&self.sits_on), memory].map(Safe::new)
    }
}

/// `0-3,6`
pub fn indices(devices: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for index in devices {
        match runs.last_mut().filter(|(_, last)| last.checked_add(1) == Some(*index)) {
            Some((_, last)) => *last = *index,
            None => runs.push((*index, *index)),
        }
    }
    if runs.is_empty() {
        return ABSENT.to_owned();
    }
    let words = runs.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    });
    words.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
