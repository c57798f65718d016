//! The GPUs, and a minute of each one's utilisation.

use crate::domain::{ContainerId, GpuSample};
use std::collections::{BTreeMap, VecDeque};

/// One reading a second.
pub const HISTORY: usize = 60;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpuStore {
    sample: Option<GpuSample>,
    /// Utilisation in percent, the newest last; `None` where the device would not say.
    history: BTreeMap<u32, VecDeque<Option<u32>>>,
}

impl GpuStore {
    pub fn apply(&mut self, sample: GpuSample) -> bool {
        if let GpuSample::Devices(devices) = &sample {
            self.history.retain(|index, _| devices.iter().any(|device| device.index == *index));
            for device in devices {
                let utilisation =
                    device.reading.as_ref().ok().and_then(|reading| reading.utilisation_percent);
                let history = self.history.entry(device.index).or_default();
                if history.len() == HISTORY {
                    history.pop_front();
                }
                history.push_back(utilisation);
            }
        }
        // The sparkline moves on even when the figures stand still.
        let moves = matches!(&sample, GpuSample::Devices(devices) if !devices.is_empty());
        let changed = moves || self.sample.as_ref() != Some(&sample);
        self.sample = Some(sample);
        changed
    }

    /// `None` until the first reading.
    pub fn sample(&self) -> Option<&GpuSample> {
        self.sample.as_ref()
    }

    pub fn history(&self, index: u32) -> impl ExactSizeIterator<Item = Option<u32>> + '_ {
        self.history.get(&index).map(VecDeque::iter).unwrap_or_default().copied()
    }

    pub fn indices(&self) -> Vec<u32> {
        match &self.sample {
            Some(GpuSample::Devices(devices)) => devices.iter().map(|device| device.index).collect(),
            Some(GpuSample::Absent { .. } | GpuSample::Failed(_)) | None => Vec::new(),
        }
    }

    /// The devices that the container's processes are on, and how much memory it holds on each.
    pub fn held_by<'a>(
        &'a self,
        container: &'a ContainerId,
    ) -> impl Iterator<Item = (u32, Option<u64>)> + 'a {
        let devices = match &self.sample {
            Some(GpuSample::Devices(devices)) => devices.as_slice(),
            Some(GpuSample::Absent { .. } | GpuSample::Failed(_)) | None => &[],
        };
        devices.iter().filter_map(|device| {
            let processes = &device.reading.as_ref().ok()?.processes;
            let own = processes.iter().filter(|process| process.container.as_deref() == Some(&*container.0));
            let mut held = None;
            let mut any = false;
            for process in own {
                any = true;
                if let Some(bytes) = process.memory_bytes {
                    held = Some(held.unwrap_or(0) + bytes);
                }
            }
            any.then_some((device.index, held))
        })
    }
}
