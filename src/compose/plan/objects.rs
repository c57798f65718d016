//! Networks and volumes: created when they are missing, used with a warning when they are another's. A network that
//! no Compose tool made is refused as docker compose refuses it: who else is joined to it, nobody here knows.

use super::{Action, ActionPlan};
use crate::compose::body::{network_body, volume_body};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Fault, FaultKind, StepVerb};
use std::collections::BTreeMap;

/// The steps by the objects' names in the Engine.
pub fn add_networks(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    observed: &Observed,
) -> Result<BTreeMap<String, usize>, Fault> {
    let mut steps = BTreeMap::new();
    for (key, network) in project.networks_of(services.iter().copied()) {
        let found = observed.networks.iter().find(|found| found.name.as_str() == network.name);
        match (found, network.external) {
            (Some(_), true) => {}
            (None, true) => return Err(missing("network", &network.name)),
            (Some(found), false) if found.key.as_deref() != Some(key) => {
                return Err(unlabelled(&network.name, key));
            }
            (Some(found), false) => {
                if let Some(warning) =
                    foreign("network", &network.name, found.project.as_deref(), &project.name)
                {
                    plan.warn(warning);
                }
            }
            (None, false) => {
                let action = Action::CreateNetwork {
                    name: network.name.clone(),
                    body: network_body(&project.name, key, network),
                };
                let step = plan.add(StepVerb::CreateNetwork, &network.name, None, "does not exist", action);
                steps.insert(network.name.clone(), step);
            }
        }
    }
    Ok(steps)
}

pub fn add_volumes(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    observed: &Observed,
) -> Result<BTreeMap<String, usize>, Fault> {
    let mut steps = BTreeMap::new();
    for (key, volume) in project.volumes_of(services.iter().copied()) {
        let found = observed.volumes.iter().find(|found| found.name.as_str() == volume.name);
        plan.plan.volumes.push(format!("{} ({})", volume.name, if found.is_some() { "kept" } else { "new" }));
        match (found, volume.external) {
            (Some(_), true) => {}
            (None, true) => return Err(missing("volume", &volume.name)),
            (Some(found), false) => {
                if let Some(warning) =
                    foreign("volume", &volume.name, found.project.as_deref(), &project.name)
                {
                    plan.warn(warning);
                }
            }
            (None, false) => {
                let action = Action::CreateVolume { body: volume_body(&project.name, key, volume) };
                let step = plan.add(StepVerb::CreateVolume, &volume.name, None, "does not exist", action);
                steps.insert(volume.name.clone(), step);
            }
        }
    }
    Ok(steps)
}

fn missing(what: &str, name: &str) -> Fault {
    Fault::new(FaultKind::NotFound, format!("use external {what}"), name)
        .because("it does not exist, and an external one is never created by a stack")
        .hint(format!("create it first: docker {what} create {name}"))
}

fn unlabelled(name: &str, key: &str) -> Fault {
    Fault::new(FaultKind::Conflict, "use network", name)
        .because(format!("it exists and was not made for a stack's network `{key}`"))
        .hint(format!("remove it, or say `external: true` at networks.{key} to use it as it is"))
}

fn foreign(what: &str, name: &str, owner: Option<&str>, project: &str) -> Option<String> {
    match owner {
        Some(owner) if owner == project => None,
        Some(owner) => Some(format!("the {what} {name} belongs to the project {owner}; it is used as it is")),
        None => Some(format!("the {what} {name} was not made by a Compose tool; it is used as it is")),
    }
}
