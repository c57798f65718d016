//! The daemon's containers, and a copy of them for the feeds that need to know who is there.

use crate::app::Msg;
use crate::domain::figures::NetworkOwner;
use crate::domain::{Container, ContainerId, ContainerState, DaemonInfo, FleetEvent};
use crate::engine::{self, Endpoint};
use crate::probe::cgroup::Target;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};

/// The containers as last reported. The version changes whenever they do.
#[derive(Debug, Clone)]
pub struct Known {
    fleet: Arc<Mutex<Fleet>>,
    version: watch::Sender<u64>,
    /// Changes when other images may be there than before.
    images: watch::Sender<u64>,
}

/// Where a container's log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    pub id: ContainerId,
    /// `None` when only the daemon can read it.
    pub path: Option<PathBuf>,
    pub tty: bool,
    pub open: bool,
}

impl LogFile {
    /// `None` of a container that is not known well enough yet.
    fn of(container: &Container) -> Option<Self> {
        let details = container.details.as_ref()?;
        let json = details.log_driver == "json-file";
        Some(Self {
            id: container.id.clone(),
            path: details.log_path.as_ref().filter(|_| json).map(PathBuf::from),
            tty: details.tty,
            open: container.is_running(),
        })
    }
}

#[derive(Debug, Default)]
pub struct Fleet {
    pub daemon: Option<DaemonInfo>,
    pub containers: BTreeMap<ContainerId, Container>,
}

impl Known {
    pub fn new() -> Self {
        Self { fleet: Arc::default(), version: watch::Sender::new(0), images: watch::Sender::new(0) }
    }

    pub fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves at each change from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Resolves when images came, went or were tagged, and after a connection: what happened before it went unseen.
    pub fn image_changes(&self) -> watch::Receiver<u64> {
        self.images.subscribe()
    }

    /// Running containers whose process is known, for the cgroup reader.
    pub fn processes(&self) -> Vec<Target> {
        let fleet = self.fleet();
        let running = fleet.containers.values().filter(|container| container.is_running());
        running
            .filter_map(|container| {
                let pid = container.details.as_ref()?.pid.filter(|pid| *pid > 0)?;
                Some(Target { id: container.id.clone(), pid, network: container.network_owner })
            })
            .collect()
    }

    /// Whether the container has a terminal, once that is known.
    pub fn tty(&self, id: &ContainerId) -> Option<bool> {
        self.fleet().containers.get(id)?.details.as_ref().map(|details| details.tty)
    }

    /// The files in which the daemon keeps its containers' logs, and whether something may be written to them.
    pub fn log_files(&self) -> Vec<LogFile> {
        self.fleet().containers.values().filter_map(LogFile::of).collect()
    }

    pub fn log_file(&self, id: &ContainerId) -> Option<LogFile> {
        self.fleet().containers.get(id).and_then(LogFile::of)
    }

    pub fn running(&self) -> Vec<(ContainerId, NetworkOwner)> {
        let fleet = self.fleet();
        let running =
            fleet.containers.values().filter(|container| container.state == ContainerState::Running);
        running.map(|container| (container.id.clone(), container.network_owner)).collect()
    }

    fn apply(&self, event: &FleetEvent) {
        let of_image = matches!(event, FleetEvent::Noted(event) if event.kind == "image");
        if of_image || matches!(event, FleetEvent::Connected(_)) {
            self.images.send_modify(|version| *version += 1);
        }
        {
            let mut fleet = self.fleet();
            match event {
                FleetEvent::Connected(daemon) => fleet.daemon = Some(daemon.clone()),
                FleetEvent::Listed(containers) => {
                    fleet.containers = containers
                        .iter()
                        .map(|container| (container.id.clone(), container.clone()))
                        .collect();
                }
                FleetEvent::Changed(container) => {
                    fleet.containers.insert(container.id.clone(), (**container).clone());
                }
                FleetEvent::Removed(id) => {
                    fleet.containers.remove(id);
                }
                FleetEvent::Noted(_) | FleetEvent::Lost { .. } => return,
            }
        }
        self.version.send_modify(|version| *version += 1);
    }
}

/// Runs until the console is over.
pub async fn run(endpoint: Endpoint, known: Known, facts: mpsc::Sender<Msg>) {
    let mut events = engine::watch(endpoint);
    while let Some(event) = events.recv().await {
        known.apply(&event);
        if facts.send(Msg::Fleet(event)).await.is_err() {
            return;
        }
    }
}
