//! `start`, `stop` and `restart` of containers that are there.

use super::card::{self, add_gpus, new_plan};
use super::{Action, ActionPlan, Target, graph};
use crate::compose::file::{Condition, Project};
use crate::compose::observe::Observed;
use crate::domain::{Container, ContainerState, Fault, FaultKind, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

/// The services that are meant, in the order of their dependencies.
fn chosen(
    verb: &str,
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    edges: &graph::Edges,
) -> Result<Vec<String>, Fault> {
    graph::known(services, project, observed, verb)?;
    let named: BTreeSet<String> = if services.is_empty() {
        observed.services().into_iter().map(str::to_owned).collect()
    } else {
        services.iter().cloned().collect()
    };
    let without = named.iter().find(|service| observed.of_service(service).is_empty());
    if let Some(service) = without.or_else(|| named.is_empty().then_some(&observed.project)) {
        return Err(Fault::new(FaultKind::NotFound, verb, service.as_str())
            .because("it has no container")
            .hint("`up` creates it"));
    }
    Ok(graph::ordered(&named, edges))
}

fn target(container: &Container) -> Target {
    Target::Existing { id: container.id.clone(), name: container.name.to_string() }
}

pub fn start(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("start", project, observed, services);
    let edges = graph::edges(project, observed);
    let order = chosen("start", project, observed, services, &edges)?;
    let mut started: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for service in &order {
        let declared = project.and_then(|project| project.service(service));
        let sleeping: Vec<&Container> =
            observed.of_service(service).into_iter().filter(|container| !container.is_running()).collect();
        for container in observed.of_service(service).into_iter().filter(|container| container.is_running()) {
            if container.state == ContainerState::Paused {
                return Err(Fault::new(FaultKind::Conflict, "start container", container.name.as_str())
                    .because("it is paused")
                    .hint(format!("unpause it first: docker unpause {}", container.name)));
            }
            plan.add(StepVerb::Keep, &container.name, Some(service), "runs", Action::Keep);
        }
        if sleeping.is_empty() {
            continue;
        }
        let mut earlier: Vec<usize> = Vec::new();
        for name in edges.get(service).into_iter().flat_map(BTreeMap::keys) {
            let begun = started.get(name.as_str()).cloned().unwrap_or_default();
            let dependency = declared.and_then(|declared| declared.depends_on.get(name));
            let condition = dependency.map_or(Condition::Started, |dependency| dependency.condition);
            earlier.extend(&begun);
            if condition != Condition::Started && !observed.of_service(name).is_empty() {
                let containers = observed.of_service(name).into_iter().map(target).collect();
                let required = dependency.is_none_or(|dependency| dependency.required);
                let action = Action::Await { condition, containers, required };
                let reason = format!(
                    "{service} needs it {}",
                    if condition == Condition::Healthy { "healthy" } else { "completed" }
                );
                let step = plan.add(StepVerb::Await, name, Some(name), &reason, action);
                plan.after(step, begun);
                earlier.push(step);
            }
        }
        for container in sleeping {
            let action = Action::Start(target(container));
            let step =
                plan.add(StepVerb::StartContainer, &container.name, Some(service), "does not run", action);
            plan.after(step, earlier.iter().copied());
            started.entry(service).or_default().push(step);
        }
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}

pub fn stop(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("stop", project, observed, services);
    let edges = graph::edges(project, observed);
    let order = chosen("stop", project, observed, services, &edges)?;
    let mut stopped: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for service in order.iter().rev() {
        let declared = project.and_then(|project| project.service(service));
        let dependents: Vec<usize> = stopped
            .iter()
            .filter(|(name, _)| edges.get(**name).is_some_and(|needed| needed.contains_key(service)))
            .flat_map(|(_, steps)| steps.iter().copied())
            .collect();
        for container in observed.of_service(service) {
            if !container.is_running() {
                plan.add(StepVerb::Keep, &container.name, Some(service), "does not run", Action::Keep);
                continue;
            }
            let action = Action::Stop(target(container));
            let step = plan.add(StepVerb::StopContainer, &container.name, Some(service), "asked for", action);
            plan.downtime(step, card::grace(container, declared));
            plan.after(step, dependents.iter().copied());
            stopped.entry(service).or_default().push(step);
        }
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}

/// Restarts the services, and after them those that ask to be restarted with them.
pub fn restart(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("restart", project, observed, services);
    let mut edges = graph::edges(project, observed);
    for dependencies in edges.values_mut() {
        dependencies.retain(|_, restart| *restart);
    }
    let mut order = chosen("restart", project, observed, services, &edges)?;
    let named: BTreeSet<String> = order.iter().cloned().collect();
    let mut all = named.clone();
    loop {
        let dependents: Vec<String> = edges
            .iter()
            .filter(|(name, needed)| !all.contains(*name) && needed.keys().any(|needed| all.contains(needed)))
            .map(|(name, _)| name.clone())
            .filter(|name| observed.of_service(name).iter().any(|container| container.is_running()))
            .collect();
        if dependents.is_empty() {
            break;
        }
        all.extend(dependents);
    }
    if all != named {
        order = graph::ordered(&all, &edges);
    }
    let mut restarted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for service in &order {
        let declared = project.and_then(|project| project.service(service));
        let reason = if named.contains(service) { "asked for" } else { "what it depends on is restarted" };
        let earlier: Vec<usize> = edges
            .get(service)
            .into_iter()
            .flat_map(BTreeMap::keys)
            .filter_map(|name| restarted.get(name.as_str()))
            .flatten()
            .copied()
            .collect();
        for container in observed.of_service(service) {
            let action = Action::Restart(target(container));
            let step = plan.add(StepVerb::RestartContainer, &container.name, Some(service), reason, action);
            if container.is_running() {
                plan.downtime(step, card::grace(container, declared));
            }
            plan.after(step, earlier.iter().copied());
            restarted.entry(service).or_default().push(step);
        }
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}
