//! `down`: everything the project made goes, but its data only when that is asked for.

use super::card::{add_gpus, new_plan};
use super::removal::stop_and_remove;
use super::{Action, ActionPlan, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, Fault, FaultKind, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DownOptions {
    /// Named and anonymous volumes too. External ones are never touched.
    pub volumes: bool,
    pub remove_orphans: bool,
}

pub fn down(
    project: Option<&Project>,
    observed: &Observed,
    options: DownOptions,
) -> Result<ActionPlan, Fault> {
    let mut words = Vec::new();
    words.extend(options.volumes.then(|| "--volumes".to_owned()));
    words.extend(options.remove_orphans.then(|| "--remove-orphans".to_owned()));
    let mut plan = new_plan("down", project, observed, &words);
    let networks = networks(&mut plan, project, observed);
    let volumes = volumes(&mut plan, project, observed, options.volumes);
    if observed.containers.is_empty() && networks.is_empty() && volumes.is_empty() && project.is_none() {
        return Err(Fault::new(FaultKind::NotFound, "take down", observed.project.as_str())
            .because("there is no such stack: no container, network or volume belongs to it")
            .hint("docker compose ls lists what runs"));
    }

    let is_orphan = |container: &Container| {
        let service = container.compose.as_ref().map_or("", |labels| labels.service.as_str());
        project.is_some_and(|project| project.service(service).is_none())
    };
    let (orphans, mut going): (Vec<&Container>, Vec<&Container>) =
        observed.containers.iter().partition(|container| is_orphan(container));
    let mut staying = Vec::new();
    if options.remove_orphans {
        going.extend(&orphans);
    } else if !orphans.is_empty() {
        let names: Vec<&str> = orphans.iter().map(|orphan| orphan.name.as_str()).collect();
        plan.warn(format!(
            "the files have no service for {}; --remove-orphans takes them away",
            names.join(", ")
        ));
        staying = orphans;
    }

    // Those that need others go before them.
    let edges = graph::edges(project, observed);
    let services: BTreeSet<String> = going
        .iter()
        .filter_map(|container| container.compose.as_ref().map(|labels| labels.service.clone()))
        .collect();
    let order = graph::ordered(&services, &edges);
    let mut removals: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut all = Vec::new();
    for service in order.iter().rev() {
        let dependents: Vec<usize> = removals
            .iter()
            .filter(|(name, _)| edges.get(**name).is_some_and(|needed| needed.contains_key(service)))
            .flat_map(|(_, steps)| steps.iter().copied())
            .collect();
        let own = going
            .iter()
            .filter(|container| container.compose.as_ref().is_some_and(|labels| labels.service == *service));
        for container in own {
            let declared = project.and_then(|project| project.service(service));
            let (first, last) = stop_and_remove(&mut plan, container, declared, "down", options.volumes);
            plan.after(first, dependents.iter().copied());
            removals.entry(service).or_default().push(last);
            all.push(last);
        }
    }
    for name in networks {
        let user = staying
            .iter()
            .find(|container| container.networks.iter().any(|attached| attached.network == name));
        if let Some(user) = user {
            plan.warn(format!("the network {name} is kept: {} is attached to it", user.name));
            continue;
        }
        let step = plan.add(
            StepVerb::RemoveNetwork,
            &name,
            None,
            "down",
            Action::RemoveNetwork { name: name.clone() },
        );
        plan.after(step, all.iter().copied());
    }
    for name in volumes {
        let step = plan.add(
            StepVerb::RemoveVolume,
            &name,
            None,
            "its data is given up",
            Action::RemoveVolume { name: name.clone() },
        );
        plan.after(step, all.iter().copied());
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}

/// The project's networks as the Engine has them; others that only share a name are left alone.
fn networks(plan: &mut ActionPlan, project: Option<&Project>, observed: &Observed) -> Vec<String> {
    let own =
        observed.networks.iter().filter(|network| network.project.as_deref() == Some(&observed.project));
    let own: Vec<String> = own.map(|network| network.name.to_string()).collect();
    let declared = project.into_iter().flat_map(|project| project.networks.values());
    for network in declared.filter(|network| !network.external && !own.contains(&network.name)) {
        if observed.networks.iter().any(|found| found.name.as_str() == network.name) {
            plan.warn(format!("the network {} is kept: this project did not make it", network.name));
        }
    }
    own
}

/// The volumes to remove; the card names those that are kept as well.
fn volumes(
    plan: &mut ActionPlan,
    project: Option<&Project>,
    observed: &Observed,
    remove: bool,
) -> Vec<String> {
    let own = observed.volumes.iter().filter(|volume| volume.project.as_deref() == Some(&observed.project));
    let external = |name: &str| {
        project.is_some_and(|project| {
            project.volumes.values().any(|volume| volume.external && volume.name == name)
        })
    };
    let own: Vec<String> = own.map(|volume| volume.name.to_string()).filter(|name| !external(name)).collect();
    let fate = if remove { "removed" } else { "kept" };
    plan.plan.volumes.extend(own.iter().map(|name| format!("{name} ({fate})")));
    if remove { own } else { Vec::new() }
}
