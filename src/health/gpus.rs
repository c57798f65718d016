//! What a container's GPUs do, for checks that judge by it.

use crate::domain::{Container, GpuSample};
use std::sync::Arc;
use tokio::sync::watch;

/// The newest reading of this host's devices, where somebody takes one.
#[derive(Debug, Clone, Default)]
pub struct Gpus(Option<watch::Receiver<Option<Arc<GpuSample>>>>);

/// The devices that a container computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy {
    /// The busiest of them.
    index: u32,
    pub(super) percent: u32,
}

impl Gpus {
    pub fn watched(readings: watch::Receiver<Option<Arc<GpuSample>>>) -> Self {
        Self(Some(readings))
    }

    /// `None` where nothing is known of any device of the container's.
    pub(super) fn of(&self, container: &Container) -> Option<Busy> {
        let sample = self.0.as_ref()?.borrow().clone()?;
        let GpuSample::Devices(devices) = sample.as_ref() else { return None };
        let its = |id: &Option<String>| id.as_deref() == Some(container.id.0.as_str());
        let busy = devices.iter().filter_map(|device| {
            let reading = device.reading.as_ref().ok()?;
            let computes = reading.processes.iter().any(|process| its(&process.container));
            let percent = reading.utilisation_percent.filter(|_| computes)?;
            Some(Busy { index: device.index, percent })
        });
        busy.max_by_key(|busy| busy.percent)
    }
}

impl Busy {
    pub(super) fn words(self) -> String {
        format!("GPU {} is at {}%", self.index, self.percent)
    }
}
