//! `restart` of containers that are there.

use super::card::{self, add_gpus, new_plan};
use super::services::{chosen, duration, target, timeout_words};
use super::{Action, ActionPlan, graph, on_scale};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Fault, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

/// Restarts the services, and after them those that ask to be restarted with them.
pub fn restart(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    timeout: Option<u32>,
    no_deps: bool,
) -> Result<ActionPlan, Fault> {
    let mut words = timeout_words(timeout);
    words.extend(no_deps.then(|| "--no-deps".to_owned()));
    words.extend(services.iter().cloned());
    let mut plan = new_plan("restart", project, observed, &words);
    plan.stop_timeout = duration(timeout);
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
        if no_deps || dependents.is_empty() {
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
    on_scale::add_after(&mut plan, project, &restarted, observed);
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}
