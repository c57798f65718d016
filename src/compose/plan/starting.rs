//! Starts what does not run, each service after the conditions of its dependencies.

use super::converge::Convergence;
use super::{Action, ActionPlan, Target, card};
use crate::compose::file::{Condition, Service};
use crate::compose::observe::Observed;
use crate::domain::StepVerb;
use std::collections::BTreeMap;

pub fn start_in_order(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &mut BTreeMap<&str, Convergence>,
    observed: &Observed,
) {
    let mut awaited: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        let restarted = restarted_with_dependencies(service, states);
        let pending: Vec<(Target, Option<usize>, String)> = state.to_start.clone();
        let running = state.running.clone();
        let idle = pending.is_empty() && (!restarted || running.is_empty());
        let mut conditions = Vec::new();
        for (name, dependency) in &service.depends_on {
            let Some(needed) = states.get(name.as_str()) else { continue };
            conditions.extend(needed.started.iter().copied());
            // Even for a service that runs already, what this plan starts must come to what it needs.
            let nothing_new = idle && needed.started.is_empty();
            if dependency.condition == Condition::Started || needed.targets.is_empty() || nothing_new {
                continue;
            }
            let key = (name.clone(), dependency.condition.word());
            let step = *awaited.entry(key).or_insert_with(|| {
                let word = match dependency.condition {
                    Condition::Healthy => "healthy",
                    Condition::Completed | Condition::Started => "completed",
                };
                let reason = format!("{} needs it {word}", service.name);
                let action = Action::Await {
                    condition: dependency.condition,
                    containers: needed.targets.clone(),
                    required: dependency.required,
                };
                let step = plan.add(StepVerb::Await, name, Some(name), &reason, action);
                plan.after(step, needed.started.iter().copied());
                step
            });
            conditions.push(step);
        }
        let mut started = Vec::new();
        for (target, made, reason) in pending {
            let step = plan.add(
                StepVerb::StartContainer,
                target.name(),
                Some(&service.name),
                &reason,
                Action::Start(target.clone()),
            );
            plan.after(step, made.into_iter().chain(conditions.iter().copied()));
            started.push(step);
        }
        if restarted {
            for (id, name) in running {
                let target = Target::Existing { id: id.clone(), name: name.clone() };
                let step = plan.add(
                    StepVerb::RestartContainer,
                    &name,
                    Some(&service.name),
                    "what it depends on was recreated",
                    Action::Restart(target),
                );
                if let Some(container) = observed.containers.iter().find(|container| container.id == id) {
                    plan.downtime(step, card::grace(container, Some(service)));
                }
                plan.after(step, conditions.iter().copied());
                started.push(step);
            }
        }
        if let Some(state) = states.get_mut(service.name.as_str()) {
            state.started = started;
        }
    }
}

fn restarted_with_dependencies(service: &Service, states: &BTreeMap<&str, Convergence>) -> bool {
    service.depends_on.iter().any(|(name, dependency)| {
        dependency.restart && states.get(name.as_str()).is_some_and(|state| state.recreated)
    })
}
