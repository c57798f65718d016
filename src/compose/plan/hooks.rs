//! `x-mcp.hooks`: what is done once the containers that a plan starts are healthy, once for each deploy: a migration is
//! the stack's, not a container's.

use super::converge::Convergence;
use super::reactions::{add_steps, due, healthy, running};
use super::{ActionPlan, Target};
use crate::compose::file::{Reaction, Service};
use crate::compose::observe::Observed;
use std::collections::BTreeMap;

/// Why something is done of which the plan shows no cause.
pub(super) const AGAIN: &str = "it did not end well the last time";

pub(super) fn add(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &BTreeMap<&str, Convergence>,
    observed: &Observed,
) {
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        let hooks = service.mcp.hooks.after_healthy.iter().enumerate().map(|(index, reaction)| {
            (format!("services.{}.x-mcp.hooks.after_healthy[{index}]", service.name), reaction)
        });
        // What once failed is done again, though its containers run since then.
        let again = |key: &str, reaction: &Reaction| observed.outstanding.contains(&due(key, reaction));
        let hooks: Vec<_> =
            hooks.filter(|(key, reaction)| !state.started.is_empty() || again(key, reaction)).collect();
        if hooks.is_empty() {
            continue;
        }
        let mut after = state.started.clone();
        after.extend(healthy(plan, service, state, "its hooks need it healthy"));
        for (key, reaction) in hooks {
            let again = again(&key, reaction);
            let mut containers = match states.get(reaction.service.as_str()) {
                Some(own) if reaction.service == service.name && !again => fresh(plan, own),
                Some(other) => {
                    after.extend(other.started.iter().copied());
                    other.targets()
                }
                None => running(observed, &reaction.service),
            };
            containers.truncate(1);
            let why = if again { AGAIN.to_owned() } else { format!("{} is up", service.name) };
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
