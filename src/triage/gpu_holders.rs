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
    told(facts, device, reading, "")
}

/// `about` stands behind the device's number.
fn told(facts: &Facts<'_>, device: &GpuDevice, reading: &GpuReading, about: &str) -> String {
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
    format!("GPU {}{about}, {used} of {total} used: {}", device.index, words.join(", "))
}

/// A line for each device that the container is on. One that has lost its memory, and ended of that, is on none: then
/// those that it asked for count. Who was given some of the devices counts them from 0, and its log names them so:
/// `GPU 1 (its GPU 0), 49.6G of 80.0G used now that it has let go: …`.
pub(super) fn of_devices_of(facts: &Facts<'_>, container: &Container) -> Vec<String> {
    let Some(GpuSample::Devices(devices)) = facts.gpus else { return Vec::new() };
    let on: Vec<u32> = devices
        .iter()
        .filter(|device| device.reading.as_ref().is_ok_and(|reading| is_on(container, reading)))
        .map(|device| device.index)
        .collect();
    let ask = container.details.as_ref().and_then(|details| GpuAsk::of(details, devices));
    let has_let_go = on.is_empty();
    let asked = || ask.iter().flat_map(|ask| ask.devices.iter().copied()).collect();
    let wanted = if has_let_go { asked() } else { on };
    let its = devices.iter().filter(|device| wanted.contains(&device.index)).take(DEVICES);
    let line = |device: &GpuDevice| {
        let number = ask.as_ref().filter(|ask| !ask.unknown).and_then(|ask| own_number(ask, device.index));
        let number = number.map(|number| format!(" (its GPU {number})")).unwrap_or_default();
        let text = told(facts, device, device.reading.as_ref().ok()?, &number);
        Some(if has_let_go { text.replacen(" used:", " used now that it has let go:", 1) } else { text })
    };
    its.filter_map(line).collect()
}

/// The number that a device has inside of the container, where that is another one.
fn own_number(ask: &GpuAsk, index: u32) -> Option<usize> {
    let number = ask.devices.iter().position(|device| *device == index)?;
    (u32::try_from(number).ok()? != index).then_some(number)
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
