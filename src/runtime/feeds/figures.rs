//! Figures, once a second: the host, the GPUs and the containers. They are read on a thread of their own, since files
//! and NVML block; a console that is busy gets the newest ones, not all of them.

use super::fleet::Known;
use crate::app::Msg;
use crate::domain::{ContainerFigures, ContainerId, GpuSample, HostSample};
use crate::probe::cgroup::{self, CgroupSampler};
use crate::probe::gpu::GpuProbe;
use crate::probe::host::HostProbe;
use crate::runtime::effects::Context;
use jiff::Timestamp;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const INTERVAL: Duration = Duration::from_secs(1);
/// How often the stats API is asked where the cgroup files cannot be read; each answer costs the daemon.
const STATS_INTERVAL: Duration = Duration::from_secs(5);
/// Containers asked per round, so that a large remote server is spared.
const STATS_PER_ROUND: usize = 32;

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

/// Starts the sampler; it ends with the console.
pub fn start(source: Source, known: Known, cgroups: bool, floods: mpsc::Sender<Msg>) -> std::io::Result<()> {
    match source {
        Source::Host { nvml_library } => {
            // NVML can take seconds to open and may block later; the host's figures must not wait for it.
            let gpu_floods = floods.clone();
            thread::Builder::new().name("gpu".to_owned()).spawn(move || {
                let mut probe = GpuProbe::start(nvml_library);
                every(INTERVAL, || send(&gpu_floods, Msg::Gpu(probe.sample())));
            })?;
            thread::Builder::new().name("sampler".to_owned()).spawn(move || {
                let mut host = HostProbe::new();
                let mut sampler = (cgroups && cgroup::available()).then(CgroupSampler::new);
                every(INTERVAL, || {
                    let figures =
                        sampler.as_mut().map(|sampler| sampler.sample(&known.processes(), Timestamp::now()));
                    send(&floods, Msg::Host(host.sample()))
                        && figures.is_none_or(|figures| send_figures(&floods, figures))
                });
            })?;
        }
        Source::Scripted(mut script) => {
            thread::Builder::new().name("sampler".to_owned()).spawn(move || {
                every(INTERVAL, || {
                    send(&floods, Msg::Host(script.host())) && send(&floods, Msg::Gpu(script.gpus()))
                });
            })?;
        }
    }
    Ok(())
}

/// Asks the daemon instead, where this host's cgroup files are not the containers'.
pub async fn ask_daemon(context: Context, interval: Option<Duration>) {
    let Context { known, floods, .. } = &context;
    let mut seconds = tokio::time::interval(interval.unwrap_or(STATS_INTERVAL));
    let mut next = 0;
    loop {
        seconds.tick().await;
        let running = known.running();
        if running.is_empty() {
            continue;
        }
        let Ok(engine) = context.engine().await else { continue };
        let mut figures = Vec::new();
        for offset in 0..running.len().min(STATS_PER_ROUND) {
            let (id, network) = &running[(next + offset) % running.len()];
            match engine.figures(id, *network).await {
                Ok(read) => figures.push((id.clone(), read)),
                // A container that ended meanwhile has none; a daemon that is away is reported by the fleet.
                Err(fault) => log::debug!("{}", crate::domain::Safe::new(fault.to_string())),
            }
        }
        next = (next + STATS_PER_ROUND) % running.len();
        if !figures.is_empty() && !send_figures(floods, figures) {
            return;
        }
    }
}

fn send_figures(floods: &mpsc::Sender<Msg>, figures: Vec<(ContainerId, ContainerFigures)>) -> bool {
    figures.is_empty() || send(floods, Msg::Figures(figures))
}

/// False when the console is over. A full queue means that newer figures will come when there is room.
fn send(floods: &mpsc::Sender<Msg>, msg: Msg) -> bool {
    !matches!(floods.try_send(msg), Err(mpsc::error::TrySendError::Closed(_)))
}

fn every(interval: Duration, mut action: impl FnMut() -> bool) {
    let mut next = Instant::now();
    while action() {
        next += interval;
        let now = Instant::now();
        if next > now {
            thread::sleep(next - now);
        } else {
            next = now;
        }
    }
}
