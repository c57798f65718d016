//! Who holds a device's memory.

use crate::app::State;
use crate::domain::gpu::GpuProcess;
use crate::domain::{ContainerId, units};
use crate::view::words;

/// The container that a process is in, if it is in one.
pub(super) fn container(state: &State, process: &GpuProcess) -> Option<String> {
    let id = ContainerId(process.container.clone()?);
    Some(match state.fleet.get(&id) {
        Some(container) => container.tag(),
        None => format!("container {}", id.short()),
    })
}

/// Containers by name with what they hold together; processes outside containers by their number.
pub(super) fn holders(state: &State, processes: &[GpuProcess]) -> Vec<(String, String)> {
    let mut holders: Vec<(String, Option<u64>)> = Vec::new();
    for process in processes {
        let name = match container(state, process) {
            Some(name) => name,
            None if process.gone => format!("process {}, gone,", process.pid),
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
