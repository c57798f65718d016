//! The GPUs. `None` means that the device would not say, as NVML does.

mod card;

pub use card::SimCard;

use super::World;
use super::container::Container;
use crate::sim::clock::Moment;
use crate::sim::numbers::{float, whole};
use crate::sim::scenario::spec;
use jiff::Timestamp;

#[derive(Debug, Clone, PartialEq)]
pub struct SimGpu {
    pub index: u32,
    pub uuid: Option<String>,
    pub name: Option<String>,
    pub bus: Option<String>,
    /// When they were reported, and their codes.
    pub xids: Vec<(Timestamp, u64)>,
    /// The figures, or why there are none: `GPU is lost`.
    pub reading: Result<SimGpuReading, String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SimGpuReading {
    pub utilisation_percent: Option<u32>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
    pub temperature_celsius: Option<u32>,
    pub power_watts: Option<f64>,
    pub power_limit_watts: Option<f64>,
    pub mig: bool,
    /// What is known only of devices whose kind is.
    pub card: Option<SimCard>,
    pub processes: Vec<SimGpuProcess>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimGpuProcess {
    pub pid: u32,
    pub memory_bytes: Option<u64>,
    pub sm_percent: Option<u32>,
    /// The full id of the container that it runs in.
    pub container: Option<String>,
}

/// What the driver keeps for itself.
const RESERVED: u64 = 430 << 20;

#[derive(Debug, Clone)]
pub struct Device {
    pub spec: spec::Gpu,
    pub uuid: String,
    pub seed: u64,
    pub lost: Option<String>,
    pub xids: Vec<(Moment, u64)>,
}

fn small(value: f64) -> u32 {
    u32::try_from(whole(value)).unwrap_or(u32::MAX)
}

impl World {
    pub(super) fn lose_gpu(&mut self, index: u32, message: &str, xid: Option<u64>) {
        let now = self.now;
        if let Some(device) = self.gpus.get_mut(usize::try_from(index).unwrap_or(usize::MAX)) {
            device.lost = Some(message.to_owned());
            device.xids.extend(xid.map(|code| (now, code)));
            self.touch();
        }
    }

    pub(super) fn restore_gpu(&mut self, index: u32) {
        if let Some(device) = self.gpus.get_mut(usize::try_from(index).unwrap_or(usize::MAX)) {
            device.lost = None;
            device.xids.clear();
            self.touch();
        }
    }

    pub fn gpu_snapshot(&self) -> Vec<SimGpu> {
        (0..).zip(&self.gpus).map(|(index, device)| self.device(index, device)).collect()
    }

    fn device(&self, index: u32, device: &Device) -> SimGpu {
        let reading = match &device.lost {
            Some(message) => Err(message.clone()),
            None => Ok(self.reading(index, device)),
        };
        SimGpu {
            index,
            uuid: Some(device.uuid.clone()),
            name: Some(device.spec.name.clone()),
            bus: device.spec.bus.clone(),
            xids: device.xids.iter().map(|(moment, code)| (moment.timestamp(), *code)).collect(),
            reading,
        }
    }

    fn reading(&self, index: u32, device: &Device) -> SimGpuReading {
        let seconds = self.now.since(self.origin).as_secs_f64();
        let on_it = |container: &&Container| container.is_running() && container.gpus.contains(&index);
        let contained = self.containers.values().filter(on_it).filter_map(|container| {
            let use_of = container.behaviour.gpu.as_ref()?;
            Some((container.pid, container.seed, use_of, Some(container.id.clone())))
        });
        let own =
            device.spec.processes.iter().map(|process| (process.pid, device.seed, &process.use_of, None));
        let mut utilisation = 0.0;
        let mut used = RESERVED;
        let mut processes = Vec::new();
        for (pid, seed, use_of, container) in contained.chain(own) {
            let own = use_of.utilisation.at(seconds, seed).clamp(0.0, 100.0);
            utilisation += own;
            used += use_of.memory.0;
            processes.push(SimGpuProcess {
                pid,
                memory_bytes: Some(use_of.memory.0),
                sm_percent: device.spec.card.is_some().then(|| small(own)),
                container,
            });
        }
        let utilisation = utilisation.min(100.0);
        let limit = device.spec.power_limit;
        let wobble =
            spec::Curve { base: 1.0, swing: 0.03, period: spec::Span(std::time::Duration::from_secs(11)) };
        let power = (55.0 + (limit - 70.0) * utilisation / 100.0) * wobble.at(seconds, device.seed);
        let celsius = 31.0 + 0.36 * utilisation * wobble.at(seconds / 3.0, device.seed);
        let card = device.spec.card.as_ref().map(|card| {
            let peers = (0..).zip(&self.gpus).filter(|(peer, _)| device.spec.linked_to.contains(peer));
            let link = |(peer, device): (u32, &Device)| (peer, device.lost.is_none());
            let nvlinks = peers.map(link).flat_map(|link| (0..card.nvlinks).map(move |_| link));
            SimCard::of(&device.spec, card, utilisation, celsius, nvlinks.collect())
        });
        SimGpuReading {
            utilisation_percent: (!device.spec.mig).then(|| small(utilisation)),
            memory_used_bytes: Some(used.min(device.spec.memory.0)),
            memory_total_bytes: Some(device.spec.memory.0),
            temperature_celsius: Some(small(celsius)),
            power_watts: Some(float(whole(power * 10.0)) / 10.0),
            power_limit_watts: Some(limit),
            mig: device.spec.mig,
            card,
            processes,
        }
    }
}
