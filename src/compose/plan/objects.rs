//! Networks and volumes: created when they are missing, used with a warning when they are another's. A network that
//! no Compose tool made is refused as docker compose refuses it: who else is joined to it, nobody here knows.

mod differences;

use self::differences::{of_network, of_volume};
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
        let name = network.name.as_str();
        let found = observed.networks.iter().find(|found| found.name.as_str() == name);
        match settled("network", name, network.external, found)? {
            Settled::External => {}
            Settled::Missing => {
                let body = network_body(&project.name, key, network);
                let action = Action::CreateNetwork { name: name.to_owned(), body };
                let step = plan.add(StepVerb::CreateNetwork, name, None, "does not exist", action);
                steps.insert(name.to_owned(), step);
            }
            Settled::There(found) if found.key.as_deref() != Some(key) => return Err(unlabelled(name, key)),
            Settled::There(found) => {
                foreign(plan, "network", name, found.project.as_deref(), &project.name);
                differs(plan, "network", name, &of_network(network, found));
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
        let name = volume.name.as_str();
        let found = observed.volumes.iter().find(|found| found.name.as_str() == name);
        plan.plan.volumes.push(format!("{name} ({})", if found.is_some() { "kept" } else { "new" }));
        match settled("volume", name, volume.external, found)? {
            Settled::External => {}
            Settled::Missing => {
                let action = Action::CreateVolume { body: volume_body(&project.name, key, volume) };
                let step = plan.add(StepVerb::CreateVolume, name, None, "does not exist", action);
                steps.insert(name.to_owned(), step);
            }
            Settled::There(found) => {
                foreign(plan, "volume", name, found.project.as_deref(), &project.name);
                differs(plan, "volume", name, &of_volume(volume, found));
            }
        }
    }
    Ok(steps)
}

/// What is to be done about an object that the files name.
enum Settled<T> {
    /// It is another's and there.
    External,
    Missing,
    /// The stack's own is there, or what has its name.
    There(T),
}

fn settled<T>(what: &str, name: &str, external: bool, found: Option<T>) -> Result<Settled<T>, Fault> {
    match (found, external) {
        (Some(_), true) => Ok(Settled::External),
        (None, true) => Err(missing(what, name)),
        (Some(found), false) => Ok(Settled::There(found)),
        (None, false) => Ok(Settled::Missing),
    }
}

/// What exists is used as it is, for what it holds cannot be had back; that it is not what the files say is told.
fn differs(plan: &mut ActionPlan, what: &str, name: &str, differences: &[String]) {
    if differences.is_empty() {
        return;
    }
    let (kept, remove) = match what {
        "volume" => ("its data is kept", "only removing it, and its data with it, changes that"),
        _ => ("it is used as it is", "a down and an up make it anew"),
    };
    plan.warn(format!(
        "the {what} {name} differs from the files: {}; {kept}, and {remove}",
        differences.join(", ")
    ));
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

/// Tells whose it is, when it is not the stack's own.
fn foreign(plan: &mut ActionPlan, what: &str, name: &str, owner: Option<&str>, project: &str) {
    match owner {
        Some(owner) if owner == project => {}
        Some(owner) => {
            plan.warn(format!("the {what} {name} belongs to the project {owner}; it is used as it is"));
        }
        None => plan.warn(format!("the {what} {name} was not made by a Compose tool; it is used as it is")),
    }
}
