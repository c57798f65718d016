//! What runs once a plan for some of the services was carried out: these as the files have them now, the others as they
//! were made, whatever the files have made of them since. Pure.

use super::body::{resolved, resolved_hashes};
use super::file::{Project, Service};
use crate::domain::{Container, Plan, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

/// `only_named` says that the plan is for some services; what the files do not have then is no orphan, but left alone.
/// `earlier` are what was deployed before, the most likely to run first.
pub fn standing(
    project: &Project,
    plan: &Plan,
    only_named: bool,
    containers: &[Container],
    earlier: impl IntoIterator<Item = Project>,
) -> Project {
    let made: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter(|step| matches!(step.verb, StepVerb::CreateContainer | StepVerb::RecreateContainer))
        .filter_map(|step| step.service.as_deref())
        .collect();
    let present: BTreeSet<&str> = parts(containers).map(|(service, _)| service).collect();
    // Of these the files do not tell what runs.
    let mut open: BTreeSet<&str> = project
        .services
        .values()
        .filter(|service| !made.contains(service.name.as_str()) && !is_of(service, containers))
        .map(|service| service.name.as_str())
        .collect();
    if only_named {
        open.extend(present.iter().filter(|name| project.service(name).is_none()));
    }
    let mut standing = project.clone();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut earlier = earlier.into_iter();
    // Reading one has its price.
    while !open.is_empty()
        && let Some(before) = earlier.next()
    {
        for name in open.clone() {
            let Some(service) = before.services.get(name) else { continue };
            let is_it = is_of(service, containers);
            // Where none is known to be what runs, the first is as good a guess as there is.
            if known.insert(name) || is_it {
                standing.services.insert(name.to_owned(), service.clone());
                carry(&mut standing, &before, service);
            }
            if is_it {
                open.remove(name);
            }
        }
    }
    // What has never been made is not deployed by a plan for others, unless they need it.
    let is_deployed = |service: &Service| {
        let name = service.name.as_str();
        service.replicas() == 0 || made.contains(name) || present.contains(name) || known.contains(name)
    };
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let deployed = standing.services.values().filter(|service| is_deployed(service));
    let mut next: Vec<String> = deployed.map(|service| service.name.clone()).collect();
    while let Some(name) = next.pop() {
        if let Some(service) = standing.services.get(&name)
            && kept.insert(name)
        {
            next.extend(service.depends_on.keys().cloned());
        }
    }
    standing.services.retain(|name, _| kept.contains(name));
    standing
}

/// Takes over what the service needs and the files do not have any more.
fn carry(standing: &mut Project, before: &Project, service: &Service) {
    let mounted = service.volumes.iter().map(|mount| &mount.source);
    keep(&mut standing.networks, &before.networks, service.networks.keys());
    keep(&mut standing.volumes, &before.volumes, mounted);
    keep(&mut standing.secrets, &before.secrets, service.secrets.iter().map(|secret| &secret.source));
    keep(&mut standing.configs, &before.configs, service.configs.iter().map(|config| &config.source));
    keep(&mut standing.models, &before.models, service.models.keys());
    for name in service.depends_on.keys() {
        if let Some(needed) = before.services.get(name).filter(|_| standing.service(name).is_none()) {
            standing.services.insert(name.clone(), needed.clone());
            carry(standing, before, needed);
        }
    }
}

fn keep<'key, Object: Clone>(
    standing: &mut BTreeMap<String, Object>,
    before: &BTreeMap<String, Object>,
    keys: impl Iterator<Item = &'key String>,
) {
    for key in keys {
        if let Some(object) = before.get(key) {
            standing.entry(key.clone()).or_insert_with(|| object.clone());
        }
    }
}

/// Whether a container was made from it.
fn is_of(service: &Service, containers: &[Container]) -> bool {
    let id = |name: &str| {
        let mut of = parts(containers).filter(|(other, _)| *other == name);
        of.next().map(|(_, container)| container.id.0.clone())
    };
    let mut of = parts(containers).filter(|(name, _)| *name == service.name).peekable();
    if of.peek().is_none() {
        return false;
    }
    let hashes = resolved_hashes(&resolved(service, &id));
    of.any(|(_, container)| {
        let hash = container.compose.as_ref().and_then(|labels| labels.config_hash.as_ref());
        hash.is_some_and(|hash| hashes.contains(hash))
    })
}

/// By service, the containers that run as part of it.
fn parts(containers: &[Container]) -> impl Iterator<Item = (&str, &Container)> {
    let labelled = containers.iter().filter_map(|container| Some((container.compose.as_ref()?, container)));
    labelled
        .filter(|(labels, _)| !labels.oneoff)
        .map(|(labels, container)| (labels.service.as_str(), container))
}

#[cfg(test)]
mod tests;
