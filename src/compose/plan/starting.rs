//! Starts what does not run, each service after the conditions of its dependencies.

use super::converge::{Convergence, Start};
use super::{Action, ActionPlan, card, once};
use crate::compose::file::{Condition, Service};
use crate::compose::observe::Observed;
use crate::domain::StepVerb;
use std::collections::BTreeMap;

/// What asks to be restarted with a dependency that is made anew is stopped before, and then started in its turn.
pub fn stop_dependents(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &mut BTreeMap<&str, Convergence>,
    observed: &Observed,
) {
    for service in services {
        let recreated: Vec<usize> = service
            .depends_on
            .iter()
            .filter(|(_, dependency)| dependency.restart)
            .filter_map(|(name, _)| states.get(name.as_str()))
            .flat_map(|state| state.recreated.iter().copied())
            .collect();
        let Some(state) = states.get_mut(service.name.as_str()) else { continue };
        if recreated.is_empty() {
            continue;
        }
        for replica in std::mem::take(&mut state.running) {
            let name = replica.target.name();
            let reason = "what it depends on is recreated";
            let action = Action::Stop(replica.target.clone());
            let step = plan.add(StepVerb::StopContainer, name, Some(&service.name), reason, action);
            let old = observed.containers.iter().find(|container| container.name.as_str() == name);
            if let Some(old) = old {
                plan.downtime(step, card::grace(old, Some(service)));
            }
            for earlier in &recreated {
                plan.after(*earlier, [step]);
            }
            state.to_start.push(Start { target: replica.target, after: Some(step), reason });
        }
    }
}

/// Nothing is started before the steps in `gone` have ended.
pub fn start_in_order(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &mut BTreeMap<&str, Convergence>,
    gone: &[usize],
) {
    let mut awaited: BTreeMap<(String, &str, bool), usize> = BTreeMap::new();
    for service in services {
        let Some(state) = states.get_mut(service.name.as_str()) else { continue };
        let pending = std::mem::take(&mut state.to_start);
        let mut conditions = gone.to_vec();
        for (name, dependency) in &service.depends_on {
            let Some(needed) = states.get(name.as_str()) else { continue };
            conditions.extend(needed.started.iter().copied());
            // Even for a service that runs already, what this plan starts must come to what it needs.
            let nothing_new = pending.is_empty() && needed.started.is_empty();
            if dependency.condition == Condition::Started || needed.replicas.is_empty() || nothing_new {
                continue;
            }
            let key = (name.clone(), dependency.condition.word(), dependency.required);
            let step = *awaited.entry(key).or_insert_with(|| {
                let word = match dependency.condition {
                    Condition::Healthy => "healthy",
                    Condition::Completed | Condition::Started => "completed",
                };
                let reason = format!("{} needs it {word}", service.name);
                let action = Action::Await {
                    condition: dependency.condition,
                    containers: needed.targets(),
                    required: dependency.required,
                };
                let step = plan.add(StepVerb::Await, name, Some(name), &reason, action);
                plan.after(step, needed.started.iter().copied());
                step
            });
            conditions.push(step);
        }
        let mut started = Vec::new();
        for Start { target, after, reason } in pending {
            let action = Action::Start(target.clone());
            let step = plan.add(StepVerb::StartContainer, target.name(), Some(&service.name), reason, action);
            plan.after(step, after.into_iter().chain(conditions.iter().copied()));
            started.push(step);
        }
        if let Some(state) = states.get_mut(service.name.as_str()) {
            state.started = started;
        }
    }
}

/// `--wait`: every service is up in the end, or has done its work where any of the dependents depends on that.
pub fn await_all(
    plan: &mut ActionPlan,
    services: &[&Service],
    dependents: &[&Service],
    states: &BTreeMap<&str, Convergence>,
) {
    for service in services {
        let Some(state) = states.get(service.name.as_str()).filter(|state| !state.replicas.is_empty()) else {
            continue;
        };
        let containers = state.targets();
        let (reason, action) = if once::ends(service, dependents.iter().copied()) {
            let condition = Condition::Completed;
            ("it has to complete", Action::Await { condition, containers, required: true })
        } else {
            ("it has to be up", Action::AwaitUp { containers })
        };
        let step = plan.add(StepVerb::Await, &service.name, Some(&service.name), reason, action);
        plan.after(step, state.started.iter().copied());
    }
}
