//! Who holds a device's memory.

use crate::app::State;
use crate::domain::gpu::GpuProcess;
use crate::domain::{ContainerId, units};
use crate::view::words;

/// Containers by name with what they hold together; processes outside containers by their number.
pub(super) fn holders(state: &State, processes: &[GpuProcess]) -> Vec<(String, String)> {
    let mut holders: Vec<(String, Option<u64>)> = Vec::new();
    for process in processes {
        let name = match &process.container {
            Some(id) => match state.fleet.get(&ContainerId(id.clone())) {
                Some(container) => container.tag(),
                None => format!("container {}", ContainerId(id.clone()).short()),
            },
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
