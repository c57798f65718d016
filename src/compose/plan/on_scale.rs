//! `x-mcp.on_scale`: whoever keeps the addresses of a service's containers is told once they are others than before.

use super::converge::Convergence;
use super::hooks::AGAIN;
use super::reactions::{add_steps, due, running, settled};
use super::services::target;
use super::steer::Proxies;
use super::{Action, ActionPlan, Target};
use crate::compose::file::{Condition, Project, Reaction, Service};
use crate::compose::observe::Observed;
use crate::domain::StepVerb;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn add(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    states: &BTreeMap<&str, Convergence>,
    steered: &BTreeSet<&str>,
    observed: &Observed,
) {
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        let changes = changes(plan, &service.name);
        let mut told: Vec<(String, &Reaction, Vec<Target>, Vec<usize>)> = Vec::new();
        for (index, reaction) in service.mcp.on_scale.iter().enumerate() {
            let key = key(service, index);
            if changes.is_empty() && !observed.outstanding.contains(&due(&key, reaction)) {
                continue;
            }
            let (containers, started) =
                listeners(plan, project, &reaction.service, &service.name, states, observed);
            if !containers.is_empty() {
                told.push((key, reaction, containers, started));
            }
        }
        if told.is_empty() {
            continue;
        }
        let names: BTreeSet<&str> = told.iter().map(|(_, reaction, ..)| reaction.service.as_str()).collect();
        let why = format!("{} is told then", names.into_iter().collect::<Vec<_>>().join(", "));
        let mut after = settled(plan, service, state, &changes, &why);
        let proxies = Proxies::of(service, observed);
        // What was to be told and was not may have been interrupted while the names led to some of the containers only.
        let interrupted =
            told.iter().any(|(key, reaction, ..)| observed.outstanding.contains(&due(key, reaction)));
        if proxies.are_there() && (interrupted || steered.contains(service.name.as_str())) {
            let step = proxies.steer(plan, Vec::new(), "whoever its name stands for");
            plan.after(step, after.iter().copied());
            after.push(step);
        }
        let why = if changes.is_empty() { AGAIN.to_owned() } else { format!("{} changed", service.name) };
        for (key, reaction, containers, started) in told {
            let before = plan.actions.len();
            after.extend(started);
            add_steps(plan, (&key, reaction), containers, &why, &after, observed);
            // In the order in which they are written.
            after.extend(before..plan.actions.len());
        }
    }
}

/// The same after a `start` or a `restart`: the Engine gives an address back with a stop, and any with a start. `moved`
/// are the steps that did so, by service.
pub(super) fn add_after(
    plan: &mut ActionPlan,
    project: Option<&Project>,
    moved: &BTreeMap<&str, Vec<usize>>,
    observed: &Observed,
) {
    let services = moved.iter().filter_map(|(name, steps)| Some((project?.service(name)?, steps)));
    for (service, steps) in services {
        let mut after = steps.clone();
        for (index, reaction) in service.mcp.on_scale.iter().enumerate() {
            let listeners = running(observed, &reaction.service);
            // What is started with it finds the new addresses by itself.
            if listeners.is_empty() || moved.contains_key(reaction.service.as_str()) {
                continue;
            }
            if after.len() == steps.len() && service.declared_health_check().is_some() {
                let containers = observed.of_service(&service.name).into_iter().map(target).collect();
                // Healthy or not, they have the addresses that they have.
                let action = Action::Await { condition: Condition::Healthy, containers, required: false };
                let why = format!("{} is told then", reaction.service);
                let step = plan.add(StepVerb::Await, &service.name, Some(&service.name), &why, action);
                plan.after(step, steps.iter().copied());
                after.push(step);
            }
            let key = key(service, index);
            let before = plan.actions.len();
            let why = format!("{} may have other addresses", service.name);
            add_steps(plan, (&key, reaction), listeners, &why, &after, observed);
            after.extend(before..plan.actions.len());
        }
    }
}

/// Where the reaction stands in the files.
pub(super) fn key(service: &Service, index: usize) -> String {
    format!("services.{}.x-mcp.on_scale[{index}]", service.name)
}

/// The steps that change which addresses the service's containers have.
fn changes(plan: &ActionPlan, service: &str) -> Vec<usize> {
    let steps = plan.plan.steps.iter().zip(&plan.actions).enumerate();
    steps
        .filter(|(_, (step, action))| step.service.as_deref() == Some(service) && moves(action))
        .map(|(index, _)| index)
        .collect()
}

fn moves(action: &Action) -> bool {
    matches!(
        action,
        Action::Create(_)
            | Action::Recreate { .. }
            | Action::Start(_)
            | Action::Stop(_)
            | Action::Restart(_)
            | Action::Remove { .. }
    )
}

/// The containers that have to be told, and the steps of this plan that start some of them.
fn listeners(
    plan: &ActionPlan,
    project: &Project,
    listener: &str,
    changed: &str,
    states: &BTreeMap<&str, Convergence>,
    observed: &Observed,
) -> (Vec<Target>, Vec<usize>) {
    let Some(state) = states.get(listener) else {
        return (running(observed, listener), Vec::new());
    };
    // What starts after the change, because it depends on it, finds the new addresses by itself.
    let starts_after = depends_on(project, listener, changed);
    let started = |target: &Target| {
        state.started.iter().copied().find(|step| plan.plan.steps[*step].object == target.name())
    };
    let mut steps = Vec::new();
    let mut containers = Vec::new();
    for target in &state.targets() {
        match started(target) {
            Some(_) if starts_after => {}
            step => {
                steps.extend(step);
                containers.push(target.clone());
            }
        }
    }
    (containers, steps)
}

/// Whether one service depends on another, directly or by way of others.
fn depends_on(project: &Project, from: &str, to: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(name) = waiting.pop() {
        let Some(service) = project.service(name).filter(|_| seen.insert(name)) else { continue };
        if service.depends_on.contains_key(to) {
            return true;
        }
        waiting.extend(service.depends_on.keys().map(String::as_str));
    }
    false
}
