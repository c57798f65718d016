//! What an `up` that stays has brought up: it is stopped when that ends, and nothing else is.

use crate::domain::{Container, ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// When each container of a project was started last, as of before an `up`.
pub struct Before(BTreeMap<ContainerId, Option<Timestamp>>);

impl Before {
    pub async fn of(engine: &Engine, project: &str) -> Result<Self, Fault> {
        let mut started = BTreeMap::new();
        for container in inspected(engine, project).await? {
            started.insert(container.id.clone(), started_at(&container));
        }
        Ok(Self(started))
    }

    /// Whether a container was made or started since.
    pub fn is_anew(&self, container: &Container) -> bool {
        self.0.get(&container.id) != Some(&started_at(container))
    }

    /// The services to stop: those that are named, and those that had to be started for them. What ran before and is
    /// only depended on may serve others. None stands for the whole stack, as it does on the command line.
    pub fn to_stop(&self, named: &[String], now: &[Container]) -> Vec<String> {
        if named.is_empty() {
            return Vec::new();
        }
        let anew = now.iter().filter(|container| self.is_anew(container)).filter_map(service);
        let services: BTreeSet<String> = named.iter().cloned().chain(anew.map(str::to_owned)).collect();
        services.into_iter().collect()
    }
}

/// The containers of these services, one-off ones left out, with their details.
pub async fn containers(
    engine: &Engine,
    project: &str,
    services: &BTreeSet<String>,
) -> Result<Vec<Container>, Fault> {
    let mut containers = inspected(engine, project).await?;
    containers.retain(|container| service(container).is_some_and(|service| services.contains(service)));
    Ok(containers)
}

/// The service that a container is one of; none for one-off containers.
pub fn service(container: &Container) -> Option<&str> {
    container.compose.as_ref().filter(|labels| !labels.oneoff).map(|labels| labels.service.as_str())
}

async fn inspected(engine: &Engine, project: &str) -> Result<Vec<Container>, Fault> {
    let mut containers = Vec::new();
    for container in engine.containers(Some(project)).await? {
        match engine.inspect(&container.id).await {
            // It was removed meanwhile.
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            inspected => containers.push(inspected?),
        }
    }
    Ok(containers)
}

fn started_at(container: &Container) -> Option<Timestamp> {
    container.details.as_ref().and_then(|details| details.started_at)
}
