//! What `x-mcp` asks to be done to a service once something has happened, as steps.

use super::converge::Convergence;
use super::{Action, ActionPlan, Target, card};
use crate::compose::file::{Condition, Reaction, ReactionKind, Service};
use crate::compose::observe::Observed;
use crate::domain::{Container, StepVerb};
use sha2::{Digest as _, Sha256};

/// The containers of a service that the plan leaves alone and that run.
pub(super) fn running(observed: &Observed, service: &str) -> Vec<Target> {
    let containers = observed.of_service(service).into_iter().filter(|container| container.is_running());
    let target = |container: &Container| Target::Existing {
        id: container.id.clone(),
        name: container.name.to_string(),
    };
    containers.map(target).collect()
}

/// Names a reaction among those that are due. What stands at its place in a later file may be another one.
pub(super) fn due(key: &str, reaction: &Reaction) -> String {
    let what = match &reaction.kind {
        ReactionKind::Exec { command } => Sha256::digest(command.join("\0")),
        ReactionKind::Restart => Sha256::digest("restart"),
    };
    let [first, second, third, fourth, ..] = what.0;
    format!("{key} {:08x}", u32::from_be_bytes([first, second, third, fourth]))
}

/// One step per container and one after the other: a migration that two replicas begin at once is no good to either.
pub(super) fn add_steps(
    plan: &mut ActionPlan,
    (key, reaction): (&str, &Reaction),
    containers: Vec<Target>,
    why: &str,
    after: &[usize],
    observed: &Observed,
) {
    let mut earlier = after.to_vec();
    for target in containers {
        let name = target.name().to_owned();
        let step = match &reaction.kind {
            ReactionKind::Exec { command } => {
                let program = command.first().map_or("", String::as_str);
                let reason = format!("{why}: {program}, by {key}");
                let action = Action::Exec { target, command: command.clone(), key: key.to_owned() };
                plan.add(StepVerb::Exec, &name, Some(&reaction.service), &reason, action)
            }
            ReactionKind::Restart => {
                let action = Action::Restart(target);
                let step = plan.add(StepVerb::RestartContainer, &name, Some(&reaction.service), why, action);
                let container = observed.containers.iter().find(|container| *container.name == *name);
                if let Some(container) = container {
                    plan.downtime(step, card::grace(container, None));
                }
                step
            }
        };
        plan.plan.reactions.push((step, due(key, reaction)));
        plan.after(step, earlier.iter().copied());
        earlier = vec![step];
    }
}

/// The steps after which the service's containers are what they are to be: healthy, where a health check can tell.
pub(super) fn settled(
    plan: &mut ActionPlan,
    service: &Service,
    state: &Convergence,
    changes: &[usize],
    why: &str,
) -> Vec<usize> {
    if state.started.is_empty() {
        return changes.to_vec();
    }
    changes.iter().copied().chain(healthy(plan, service, state, why)).collect()
}

/// The step after which all containers of the service are healthy, where a health check can tell.
pub(super) fn healthy(
    plan: &mut ActionPlan,
    service: &Service,
    state: &Convergence,
    why: &str,
) -> Option<usize> {
    service.declared_health_check()?;
    let awaited = plan.plan.steps.iter().zip(&plan.actions).position(|(step, action)| {
        let healthy = matches!(action, Action::Await { condition: Condition::Healthy, .. });
        healthy && step.service.as_deref() == Some(&service.name)
    });
    Some(awaited.unwrap_or_else(|| {
        let action =
            Action::Await { condition: Condition::Healthy, containers: state.targets(), required: true };
        let step = plan.add(StepVerb::Await, &service.name, Some(&service.name), why, action);
        plan.after(step, state.started.iter().copied());
        step
    }))
}
