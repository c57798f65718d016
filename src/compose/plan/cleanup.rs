//! `cleanup`: what interrupted and one-off work has left behind, and nothing that anybody still uses.
//!
//! * One-off containers that have ended.
//! * Containers that an interrupted recreate has left, as `leftovers` says.
//! * Networks of the stack that no container is attached to, running or not.

use super::card::new_plan;
use super::leftovers::{self, is_taken};
use super::services::{is_oneoff, service_of, target};
use super::{Action, ActionPlan};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::succession::name_before;
use crate::domain::{Container, StepVerb};

pub fn cleanup(project: Option<&Project>, observed: &Observed, volumes: bool) -> ActionPlan {
    let words: Vec<String> = volumes.then(|| "--volumes".to_owned()).into_iter().collect();
    let mut plan = new_plan("cleanup", project, observed, &words);
    // No tool of docker's does this.
    plan.plan.equivalent = String::new();
    let mut gone: Vec<&Container> = Vec::new();
    let mut steps = Vec::new();
    let ended =
        observed.containers.iter().filter(|container| is_oneoff(container) && !container.is_running());
    for container in ended {
        gone.push(container);
        let action = Action::Remove { target: target(container), volumes, force: false };
        let reason = "a one-off container that has ended";
        let service = Some(service_of(container));
        steps.push(plan.add(StepVerb::RemoveContainer, &container.name, service, reason, action));
    }
    for container in observed.containers.iter().filter(|container| !is_oneoff(container)) {
        let Some(name) = name_before(&container.name) else { continue };
        // Nothing has left it there: it is one of the two that somebody is to decide between.
        if observed.kept.is_some() {
            plan.warn(format!("{} is left alone: its update waits to be accepted", container.name));
        } else if container.is_running() {
            plan.warn(format!("{} is left alone: it runs under a name that is not its own", container.name));
        } else if is_taken(observed, name) {
            gone.push(container);
            steps.push(leftovers::remove(&mut plan, container));
        } else {
            leftovers::rename(&mut plan, container, name);
        }
    }
    let attached = |network: &str| {
        let left =
            observed.containers.iter().filter(|container| !gone.iter().any(|gone| gone.id == container.id));
        left.chain(&observed.others)
            .any(|container| container.networks.iter().any(|attachment| attachment.network == network))
    };
    let own =
        observed.networks.iter().filter(|network| network.project.as_deref() == Some(&observed.project));
    for network in own.filter(|network| !attached(&network.name)) {
        let action = Action::RemoveNetwork { name: network.name.to_string() };
        let step =
            plan.add(StepVerb::RemoveNetwork, &network.name, None, "no container is attached to it", action);
        plan.after(step, steps.iter().copied());
    }
    plan
}
