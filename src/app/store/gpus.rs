//! The GPUs, a minute of each one's utilisation, reading by reading, and fifteen of its other figures.

mod course;

pub use course::{Course, Measure};

use crate::domain::gpu::GpuPlace;
use crate::domain::{ContainerId, GpuDevice, GpuReading, GpuSample};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};

/// One reading a second.
pub const HISTORY: usize = 60;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpuStore {
    sample: Option<GpuSample>,
    /// Utilisation in percent, the newest last; `None` where the device would not say.
    history: BTreeMap<u32, VecDeque<Option<u32>>>,
    courses: BTreeMap<u32, Course>,
    /// Since when a device has memory that nobody answers for: while a process ends, its memory is nobody's as well.
    orphans_since: BTreeMap<u32, Timestamp>,
}

impl GpuStore {
    pub fn apply(&mut self, sample: GpuSample, now: Timestamp) -> bool {
        if let GpuSample::Devices(devices) = &sample {
            self.history.retain(|index, _| devices.iter().any(|device| device.index == *index));
            self.courses.retain(|index, _| devices.iter().any(|device| device.index == *index));
            self.orphans_since.retain(|index, _| devices.iter().any(|device| device.index == *index));
            for device in devices {
                // What a device that does not answer said before is no reading of now.
                let reading = device.reading.as_ref().ok().filter(|_| device.silent_seconds.is_none());
                match reading.and_then(GpuReading::orphan_memory) {
                    Some(_) => drop(self.orphans_since.entry(device.index).or_insert(now)),
                    None => drop(self.orphans_since.remove(&device.index)),
                }
                let history = self.history.entry(device.index).or_default();
                if history.len() == HISTORY {
                    history.pop_front();
                }
                history.push_back(reading.and_then(|reading| reading.utilisation_percent));
                self.courses.entry(device.index).or_default().note(now.as_second(), reading);
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

    pub fn course(&self, index: u32) -> Option<&Course> {
        self.courses.get(&index)
    }

    pub fn devices(&self) -> &[GpuDevice] {
        match &self.sample {
            Some(GpuSample::Devices(devices)) => devices,
            Some(GpuSample::Absent { .. } | GpuSample::Failed(_)) | None => &[],
        }
    }

    pub fn get(&self, index: u32) -> Option<&GpuDevice> {
        self.devices().iter().find(|device| device.index == index)
    }

    /// The devices with memory that nobody answers for, and since when.
    pub fn orphans_since(&self) -> impl Iterator<Item = (u32, Timestamp)> + '_ {
        self.orphans_since.iter().map(|(index, since)| (*index, *since))
    }

    /// The rows: each device, and below it the slices that it is cut into.
    pub fn places(&self) -> Vec<GpuPlace> {
        let rows = self.devices().iter().flat_map(|device| {
            let slices = device.reading.iter().flat_map(|reading| &reading.instances);
            let slices = slices.map(|slice| Some(slice.index));
            std::iter::once(None).chain(slices).map(|instance| GpuPlace { device: device.index, instance })
        });
        rows.collect()
    }

    /// The devices that the container's processes are on, and how much memory it holds on each.
    pub fn held_by<'a>(
        &'a self,
        container: &'a ContainerId,
    ) -> impl Iterator<Item = (u32, Option<u64>)> + 'a {
        self.devices().iter().filter_map(|device| {
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

#[cfg(test)]
mod tests;
