//! Who needs whom.

use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Fault, FaultKind};
use std::collections::{BTreeMap, BTreeSet};

/// A service's dependencies, and whether it is restarted with them.
pub type Edges = BTreeMap<String, BTreeMap<String, bool>>;

/// From the files where there are any, else from the containers' labels.
pub fn edges(project: Option<&Project>, observed: &Observed) -> Edges {
    let mut edges = Edges::new();
    for container in &observed.containers {
        let Some(labels) = &container.compose else { continue };
        let known = edges.entry(labels.service.clone()).or_default();
        for entry in &labels.depends_on {
            let mut parts = entry.split(':');
            let (Some(name), _, restart) = (parts.next(), parts.next(), parts.next()) else { continue };
            known.insert(name.to_owned(), restart == Some("true"));
        }
    }
    for service in
        project.into_iter().flat_map(|project| project.services.values().chain(project.disabled.values()))
    {
        // What is switched off and not required is not waited for.
        let dependencies = service.depends_on.iter().filter(|(name, dependency)| {
            dependency.required || project.is_some_and(|project| project.services.contains_key(*name))
        });
        let dependencies =
            dependencies.map(|(name, dependency)| (name.clone(), dependency.restart)).collect();
        edges.insert(service.name.clone(), dependencies);
    }
    edges
}

/// The services in an order in which every one comes after those it needs. What is part of a circle comes last.
pub fn ordered(services: &BTreeSet<String>, edges: &Edges) -> Vec<String> {
    let mut left = services.clone();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free: Vec<String> = left
            .iter()
            .filter(|name| {
                let needed = edges.get(*name).into_iter().flat_map(BTreeMap::keys);
                !needed.into_iter().any(|needed| needed != *name && left.contains(needed))
            })
            .cloned()
            .collect();
        if free.is_empty() {
            order.extend(std::mem::take(&mut left));
            break;
        }
        for name in &free {
            left.remove(name);
        }
        order.extend(free);
    }
    order
}

/// The named services and all they depend on.
pub fn closure(names: &[String], edges: &Edges) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut next: Vec<String> = names.to_vec();
    while let Some(name) = next.pop() {
        if found.insert(name.clone()) {
            next.extend(edges.get(&name).into_iter().flat_map(|needed| needed.keys().cloned()));
        }
    }
    found
}

/// Every one of the names must be a service.
pub fn known(
    names: &[String],
    project: Option<&Project>,
    observed: &Observed,
    operation: &str,
) -> Result<(), Fault> {
    let mut services: BTreeSet<&str> = observed.services().into_iter().collect();
    if let Some(project) = project {
        services.extend(project.services.keys().chain(project.disabled.keys()).map(String::as_str));
    }
    match names.iter().find(|name| !services.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let list: Vec<&str> = services.into_iter().collect();
            Err(Fault::new(FaultKind::NotFound, operation, name.as_str())
                .because(format!("the stack {} has no service `{name}`", observed.project))
                .hint(if list.is_empty() {
                    "it has no services at all".to_owned()
                } else {
                    format!("its services are {}", list.join(", "))
                }))
        }
    }
}
