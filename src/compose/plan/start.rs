//! `start` of containers that are there, and of those they depend on.

use super::card::{add_gpus, new_plan};
use super::services::{chosen, named_or_all, target};
use super::{Action, ActionPlan, graph, on_scale};
use crate::compose::file::{Condition, Project};
use crate::compose::observe::Observed;
use crate::domain::{Container, ContainerState, Fault, FaultKind, StepVerb};
use std::collections::BTreeMap;

pub fn start(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("start", project, observed, services);
    let edges = graph::edges(project, observed);
    chosen("start", project, observed, services, &edges)?;
    // What they depend on is started as well, as far as it is there.
    let mut all = graph::closure(&named_or_all(observed, services).into_iter().collect::<Vec<_>>(), &edges);
    all.retain(|service| !observed.of_service(service).is_empty());
    let order = graph::ordered(&all, &edges);
    let mut started: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for service in &order {
        let declared = project.and_then(|project| project.service(service));
        let sleeping: Vec<&Container> =
            observed.of_service(service).into_iter().filter(|container| !container.is_running()).collect();
        for container in observed.of_service(service).into_iter().filter(|container| container.is_running()) {
            if container.state == ContainerState::Paused {
                return Err(Fault::new(FaultKind::Conflict, "start container", container.name.as_str())
                    .because("it is paused")
                    .hint(format!("unpause it first: mcp-tui -p {} unpause {service}", observed.project)));
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
    on_scale::add_after(&mut plan, project, &started, observed);
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}
