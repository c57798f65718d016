//! GPUs by NVML. The library is initialised once and held: without persistence mode each initialisation wakes the
//! devices up, which takes seconds.

mod device;
mod start;

use crate::domain::{Fault, GpuDevice, GpuSample, Safe};
use nvml_wrapper::Nvml;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long until a library that was missing or failed is tried again; a driver can be loaded later.
const RETRY: Duration = Duration::from_secs(30);

pub struct GpuProbe {
    library: Option<PathBuf>,
    state: State,
    tried: Instant,
    /// What was seen of each device while it answered, so that a lost one keeps its name.
    known: Vec<GpuDevice>,
}

enum State {
    Ready { nvml: Box<Nvml>, processes: bool },
    Absent(Safe),
    Failed(Fault),
}

impl GpuProbe {
    /// Loads NVML from the given file, or from where the loader finds it. May take seconds.
    pub fn start(library: Option<PathBuf>) -> Self {
        let state = start::start(library.as_deref());
        Self { library, state, tried: Instant::now(), known: Vec::new() }
    }

    pub fn sample(&mut self) -> GpuSample {
        if !matches!(self.state, State::Ready { .. }) && self.tried.elapsed() >= RETRY {
            self.tried = Instant::now();
            self.state = start::start(self.library.as_deref());
        }
        let (nvml, processes) = match &self.state {
            State::Absent(reason) => return GpuSample::Absent { reason: reason.clone() },
            State::Failed(fault) => return GpuSample::Failed(fault.clone()),
            State::Ready { nvml, processes } => (nvml, *processes),
        };
        match nvml.device_count() {
            Ok(count) => {
                let present = (0..count).map(|index| device::read(nvml, index, processes)).collect();
                let devices = device::remember(&mut self.known, present);
                if devices.is_empty() {
                    return GpuSample::Absent { reason: Safe::new(start::NO_DEVICE) };
                }
                GpuSample::Devices(devices)
            }
            Err(error) => {
                let fault = start::fault(&error);
                self.tried = Instant::now();
                self.state = State::Failed(fault.clone());
                GpuSample::Failed(fault)
            }
        }
    }
}

#[cfg(test)]
mod tests;
