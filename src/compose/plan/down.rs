//! `down`: everything the project made goes, but its data and its images only when that is asked for.

use super::card::{add_gpus, new_plan};
use super::removal::stop_and_remove;
use super::services::{dependents, duration, is_oneoff, service_of, timeout_words};
use super::{Action, ActionPlan, graph, images};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, DownOptions, Fault, ImageRemoval, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

pub fn down(
    project: Option<&Project>,
    observed: &Observed,
    options: &DownOptions,
) -> Result<ActionPlan, Fault> {
    graph::known(&options.services, project, observed, "down")?;
    let mut plan = new_plan("down", project, observed, &words(options));
    plan.stop_timeout = duration(options.timeout);
    let networks = networks(&mut plan, project, observed);
    let volumes = volumes(project, observed);
    if observed.containers.is_empty() && networks.is_empty() && (volumes.is_empty() || !options.volumes) {
        plan.warn(format!("no resource found to remove for project {}", observed.project));
    }
    let (going, staying) = going(&mut plan, project, observed, options);

    // Those that need others go before them.
    let edges = graph::edges(project, observed);
    let services: BTreeSet<String> = going.iter().map(|container| service_of(container).to_owned()).collect();
    let order = graph::ordered(&services, &edges);
    // Once those that need a service have stopped it can stop too, while they are still being removed.
    let mut stopped: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut all: Vec<usize> = Vec::new();
    for service in order.iter().rev() {
        let earlier = dependents(&stopped, service, &edges);
        let declared = project.and_then(|project| project.service(service));
        for container in going.iter().filter(|container| service_of(container) == service) {
            let (first, last) = stop_and_remove(&mut plan, container, declared, "down", options.volumes);
            plan.after(first, earlier.iter().copied());
            stopped.entry(service.clone()).or_default().push(first);
            all.push(last);
        }
    }
    for name in networks {
        let attached = |container: &&Container| container.networks.iter().any(|to| to.network == name);
        if let Some(user) = staying.iter().copied().chain(&observed.others).find(attached) {
            plan.warn(format!("the network {name} is kept: {} is attached to it", user.name));
            continue;
        }
        let action = Action::RemoveNetwork { name: name.clone() };
        let step = plan.add(StepVerb::RemoveNetwork, &name, None, "down", action);
        plan.after(step, all.iter().copied());
    }
    for name in volumes {
        let mounted = |container: &&Container| {
            container.mounts.iter().any(|mount| mount.kind == "volume" && mount.source == name)
        };
        let user = staying.iter().copied().chain(&observed.others).find(mounted);
        let fate = if options.volumes && user.is_none() { "removed" } else { "kept" };
        plan.plan.volumes.push(format!("{name} ({fate})"));
        match user {
            _ if !options.volumes => {}
            Some(user) => plan.warn(format!("the volume {name} is kept: {} uses it", user.name)),
            None => {
                let action = Action::RemoveVolume { name: name.clone() };
                let step = plan.add(StepVerb::RemoveVolume, &name, None, "its data is given up", action);
                plan.after(step, all.iter().copied());
            }
        }
    }
    if let Some(which) = options.images {
        images::add_removals(&mut plan, project, observed, &options.services, which, &all);
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}

fn words(options: &DownOptions) -> Vec<String> {
    let mut words = timeout_words(options.timeout);
    words.extend(options.volumes.then(|| "--volumes".to_owned()));
    words.extend(options.remove_orphans.then(|| "--remove-orphans".to_owned()));
    let images = options.images.map(|which| match which {
        ImageRemoval::Local => "local",
        ImageRemoval::All => "all",
    });
    words.extend(images.into_iter().flat_map(|which| ["--rmi".to_owned(), which.to_owned()]));
    words.extend(options.services.iter().cloned());
    words
}

/// The containers that are removed, and those that stay.
fn going<'seen>(
    plan: &mut ActionPlan,
    project: Option<&Project>,
    observed: &'seen Observed,
    options: &DownOptions,
) -> (Vec<&'seen Container>, Vec<&'seen Container>) {
    let is_orphan = |container: &Container| {
        is_oneoff(container)
            || project.is_some_and(|project| project.service(service_of(container)).is_none())
    };
    let is_meant = |container: &Container| {
        options.services.is_empty() || options.services.iter().any(|name| name == service_of(container))
    };
    let (orphans, own): (Vec<&Container>, Vec<&Container>) =
        observed.containers.iter().partition(|container| is_orphan(container));
    let (mut going, mut staying): (Vec<&Container>, Vec<&Container>) =
        own.into_iter().partition(|container| is_meant(container));
    if options.remove_orphans {
        going.extend(orphans);
        return (going, staying);
    }
    let (oneoffs, strangers): (Vec<&Container>, Vec<&Container>) =
        orphans.iter().copied().partition(|container| is_oneoff(container));
    let names = |containers: &[&Container]| {
        containers.iter().map(|container| container.name.to_string()).collect::<Vec<_>>().join(", ")
    };
    if !strangers.is_empty() {
        let names = names(&strangers);
        plan.warn(format!("the files have no service for {names}; --remove-orphans takes them away"));
    }
    if !oneoffs.is_empty() {
        let names = names(&oneoffs);
        plan.warn(format!("one-off containers stay: {names}; --remove-orphans takes them away"));
    }
    staying.extend(orphans);
    (going, staying)
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

/// The project's volumes, without those that the files call external.
fn volumes(project: Option<&Project>, observed: &Observed) -> Vec<String> {
    let own = observed.volumes.iter().filter(|volume| volume.project.as_deref() == Some(&observed.project));
    let external = |name: &str| {
        project.is_some_and(|project| {
            project.volumes.values().any(|volume| volume.external && volume.name == name)
        })
    };
    own.map(|volume| volume.name.to_string()).filter(|name| !external(name)).collect()
}
