//! Figures, once a second: the host, the GPUs and the containers. They are read on a thread of their own, since files
//! and NVML block; a console that is busy gets the newest ones, not all of them.

mod schedule;
mod stats;

pub use stats::{Unread, ask};

use super::fleet::Known;
use crate::domain::{ContainerId, GpuSample, HostSample};
use crate::probe::cgroup::{self, CgroupSampler};
use crate::probe::gpu::GpuProbe;
use crate::probe::host::HostProbe;
use crate::runtime::metrics::Metrics;
use jiff::Timestamp;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use tokio::sync::watch;

/// The least time between two readings: figures are differences.
const LEAST_APART: Duration = Duration::from_millis(300);

/// How long the GPUs' first figures are waited for; after that, what there is of them is shown.
const FIRST_GPUS: Duration = Duration::from_secs(2);

/// Where the host's and the GPUs' figures come from.
pub enum Source {
    /// This host.
    Host { nvml_library: Option<PathBuf> },
    /// A script, for the demo.
    Scripted(Box<dyn Script>),
}

/// A world that plays the host.
pub trait Script: Send {
    fn host(&mut self) -> HostSample;
    fn gpus(&mut self) -> GpuSample;
}

/// Starts the sampler; it ends with the console. Says of whom it cannot tell: with `cgroups`, which is whether the
/// containers are this host's, that turns out as it goes.
pub fn start(source: Source, known: Known, cgroups: bool, metrics: Metrics) -> std::io::Result<Unread> {
    let sampler = (cgroups && cgroup::available()).then(CgroupSampler::new);
    match source {
        Source::Host { nvml_library } => {
            let of_gpus = metrics.clone();
            thread::Builder::new().name("gpu".to_owned()).spawn(move || {
                let mut probe = GpuProbe::start(nvml_library);
                // NVML can take seconds to open; the first picture is worth a moment's wait, and no longer one.
                if of_gpus.gpus(probe.first(FIRST_GPUS)) {
                    every_second(|| of_gpus.gpus(probe.sample()));
                }
            })?;
            let (missed, unread) = watch::channel(Vec::new());
            let unread = if sampler.is_some() { Unread::Those(unread) } else { Unread::Everyone };
            let mut containers = sampler.map(|sampler| Containers::new(sampler, known, missed));
            thread::Builder::new().name("sampler".to_owned()).spawn(move || {
                let mut host = HostProbe::new();
                every_second(|| {
                    metrics.host(host.sample())
                        && containers.as_mut().is_none_or(|containers| containers.pass(&metrics))
                });
            })?;
            Ok(unread)
        }
        Source::Scripted(mut script) => {
            thread::Builder::new().name("sampler".to_owned()).spawn(move || {
                every_second(|| metrics.host(script.host()) && metrics.gpus(script.gpus()));
            })?;
            Ok(Unread::Everyone)
        }
    }
}

/// The containers of this host.
struct Containers {
    sampler: CgroupSampler,
    known: Known,
    changes: watch::Receiver<u64>,
    /// As of the last change.
    targets: Vec<cgroup::Target>,
    missed: watch::Sender<Vec<ContainerId>>,
}

impl Containers {
    fn new(sampler: CgroupSampler, known: Known, missed: watch::Sender<Vec<ContainerId>>) -> Self {
        let mut changes = known.changes();
        changes.mark_changed();
        Self { sampler, known, changes, targets: Vec::new(), missed }
    }

    fn pass(&mut self, metrics: &Metrics) -> bool {
        if self.changes.has_changed().unwrap_or_default() {
            self.changes.mark_unchanged();
            self.targets = self.known.processes();
        }
        let figures = self.sampler.sample(&self.targets, Timestamp::now());
        self.missed.send_if_modified(|before| {
            let changed = !self.sampler.unread().eq(before.iter());
            if changed {
                *before = self.sampler.unread().cloned().collect();
            }
            changed
        });
        figures.is_empty() || metrics.containers(figures)
    }
}

/// At once, and then whenever a second of the clock begins: what is read on several threads is drawn together.
fn every_second(mut action: impl FnMut() -> bool) {
    while action() {
        let rest = until_next_second(Timestamp::now());
        // What was used within a few milliseconds says nothing.
        let second = if rest < LEAST_APART { Duration::from_secs(1) } else { Duration::ZERO };
        thread::sleep(rest + second);
    }
}

/// How long until a second of the clock begins.
pub fn until_next_second(now: Timestamp) -> Duration {
    let past = now.subsec_nanosecond().rem_euclid(1_000_000_000).unsigned_abs();
    Duration::from_secs(1).saturating_sub(Duration::from_nanos(past.into()))
}

#[cfg(test)]
mod tests;
