//! Readings of several containers: from this host's cgroup files where they can be read, else from the daemon.

use crate::domain::{Container, ContainerFigures, ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use crate::probe::cgroup::{self, CgroupSampler, Target};
use jiff::Timestamp;
use std::collections::HashMap;

pub struct Reader {
    sampler: Option<CgroupSampler>,
    /// The main process of each container whose files are read.
    processes: HashMap<ContainerId, u32>,
}

impl Reader {
    /// `local`: whether the daemon is this host's.
    pub fn new(local: bool) -> Self {
        let sampler = (local && cgroup::available()).then(CgroupSampler::new);
        Self { sampler, processes: HashMap::new() }
    }

    /// One reading each, in the order of the containers; none of those that do not run.
    pub async fn read(
        &mut self,
        engine: &Engine,
        containers: &[Container],
    ) -> Result<Vec<Option<ContainerFigures>>, Fault> {
        let mut read = HashMap::new();
        if self.sampler.is_some() {
            for container in containers.iter().filter(|container| container.is_running()) {
                if !self.processes.contains_key(&container.id) {
                    self.find_process(engine, &container.id).await?;
                }
            }
        }
        if let Some(sampler) = &mut self.sampler {
            let targets: Vec<Target> = containers
                .iter()
                .filter_map(|container| {
                    let pid = *self.processes.get(&container.id)?;
                    Some(Target { id: container.id.clone(), pid, network: container.network_owner })
                })
                .collect();
            read.extend(sampler.sample(&targets, Timestamp::now()));
            // Who was started again has another process, which is looked for the next time.
            self.processes.retain(|id, _| read.contains_key(id));
        }
        let mut figures = Vec::with_capacity(containers.len());
        for container in containers {
            figures.push(match read.remove(&container.id) {
                Some(found) => Some(found),
                None if container.is_running() => {
                    gone_is_none(engine.figures(&container.id, container.network_owner).await)?
                }
                None => None,
            });
        }
        Ok(figures)
    }

    async fn find_process(&mut self, engine: &Engine, id: &ContainerId) -> Result<(), Fault> {
        let inspected = gone_is_none(engine.inspect(id).await)?;
        let process = inspected.and_then(|container| container.details?.pid);
        if let Some(process) = process.filter(|process| *process > 0) {
            self.processes.insert(id.clone(), process);
        }
        Ok(())
    }
}

/// A container may go while it is read; that is no failure of the reading.
fn gone_is_none<T>(result: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Conflict) => Ok(None),
        Err(fault) => Err(fault),
    }
}
