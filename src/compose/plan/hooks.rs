//! `x-mcp.hooks`: what is done once the containers that a plan starts are healthy.

use super::converge::Convergence;
use super::reactions::{add_steps, running, settled};
use super::{ActionPlan, Target};
use crate::compose::file::Service;
use crate::compose::observe::Observed;
use std::collections::BTreeMap;

pub(super) fn add(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &BTreeMap<&str, Convergence>,
    observed: &Observed,
) {
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        if service.mcp.hooks.after_healthy.is_empty() || state.started.is_empty() {
            continue;
        }
        let mut after = settled(plan, service, state, &state.started, "its hooks need it healthy");
        for (index, reaction) in service.mcp.hooks.after_healthy.iter().enumerate() {
            let containers = match states.get(reaction.service.as_str()) {
                Some(own) if reaction.service == service.name => fresh(plan, own),
                Some(other) => {
                    after.extend(other.started.iter().copied());
                    other.targets()
                }
                None => running(observed, &reaction.service),
            };
            let why = format!("{} is up", service.name);
            let key = format!("services.{}.x-mcp.hooks.after_healthy[{index}]", service.name);
            let before = plan.actions.len();
            add_steps(plan, (&key, reaction), containers, &why, &after, observed);
            // In the order in which they are written.
            after.extend(before..plan.actions.len());
        }
    }
}

/// Those that this plan starts.
fn fresh(plan: &ActionPlan, state: &Convergence) -> Vec<Target> {
    let names: Vec<&str> = state.started.iter().map(|step| plan.plan.steps[*step].object.as_str()).collect();
    state.targets().into_iter().filter(|target| names.contains(&target.name())).collect()
}
