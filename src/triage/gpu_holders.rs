//! Who holds a GPU's memory, in the words of evidence.

use super::Facts;
use crate::domain::gpu::GpuAsk;
use crate::domain::{Container, ContainerId, GpuDevice, GpuReading, GpuSample, units};

/// So many are named, the others counted.
const NAMED: usize = 6;
/// Of a container that is on many devices.
const DEVICES: usize = 8;

/// `GPU 1, 78.0G of 80.0G used: inference-1 38.0G, process 31337 2.0G`
pub(super) fn of_device(facts: &Facts<'_>, device: &GpuDevice, reading: &GpuReading) -> String {
    let holders = holders(facts, reading);
    let mut words: Vec<String> = holders
        .iter()
        .take(NAMED)
        .map(|(name, held)| format!("{name} {}", held.map_or_else(|| "–".to_owned(), units::bytes)))
        .collect();
    if holders.len() > NAMED {
        words.push(format!("and {} more", holders.len() - NAMED));
    }
    if words.is_empty() {
        words.push(reading.processes_unread.as_ref().map_or("no process".to_owned(), ToString::to_string));
    }
    let bytes = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), units::bytes);
    let (used, total) = (bytes(reading.memory_used_bytes), bytes(reading.memory_total_bytes));
    format!("GPU {}, {used} of {total} used: {}", device.index, words.join(", "))
}

/// A line for each device that the container is on. One that has lost its memory, and ended of that, is on none: then
/// those that it asked for count.
pub(super) fn of_devices_of(facts: &Facts<'_>, container: &Container) -> Vec<String> {
    let Some(GpuSample::Devices(devices)) = facts.gpus else { return Vec::new() };
    let on: Vec<u32> = devices
        .iter()
        .filter(|device| device.reading.as_ref().is_ok_and(|reading| is_on(container, reading)))
        .map(|device| device.index)
        .collect();
    let asked = || {
        let ask = container.details.as_ref().and_then(|details| GpuAsk::of(details, devices));
        ask.map(|ask| ask.devices.into_iter().collect()).unwrap_or_default()
    };
    let wanted = if on.is_empty() { asked() } else { on };
    let its = devices.iter().filter(|device| wanted.contains(&device.index)).take(DEVICES);
    its.filter_map(|device| Some(of_device(facts, device, device.reading.as_ref().ok()?))).collect()
}

pub(super) fn is_on(container: &Container, reading: &GpuReading) -> bool {
    reading.processes.iter().any(|process| process.container.as_deref() == Some(&*container.id.0))
}

/// The containers with what each holds, and processes outside of them by number, the greatest first.
fn holders(facts: &Facts<'_>, reading: &GpuReading) -> Vec<(String, Option<u64>)> {
    let mut holders: Vec<(String, Option<u64>)> = Vec::new();
    for process in &reading.processes {
        let name = match &process.container {
            Some(id) => facts.containers.iter().find(|container| container.id.0 == *id).map_or_else(
                || format!("container {}", ContainerId(id.clone()).short()),
                |container| container.tag(),
            ),
            None => format!("process {}", process.pid),
        };
        match holders.iter_mut().find(|(known, _)| *known == name) {
            Some((_, held)) => *held = held.zip(process.memory_bytes).map(|(one, other)| one + other),
            None => holders.push((name, process.memory_bytes)),
        }
    }
    holders.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    holders
}
