//! `cleanup`: what interrupted and one-off work has left behind, and nothing that anybody still uses.
//!
//! * One-off containers that have ended.
//! * Containers that an interrupted recreate has left under a name like `0123456789ab_shop-web-1`. While the old
//!   container is there the new one goes; where the old one is gone already the new one gets the name it was made for,
//!   since it may be the only one that still holds the service's unnamed volumes.
//! * Networks of the stack that no container is attached to, running or not.

use super::card::new_plan;
use super::services::{is_oneoff, service_of, target};
use super::{Action, ActionPlan};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
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
        steps.push(remove(&mut plan, container, "a one-off container that has ended", volumes));
    }
    for container in observed.containers.iter().filter(|container| !is_oneoff(container)) {
        let Some(name) = name_before(&container.name) else { continue };
        let taken =
            observed.containers.iter().chain(&observed.others).any(|other| other.name.as_str() == name);
        if container.is_running() {
            plan.warn(format!("{} is left alone: it runs under a name that is not its own", container.name));
        } else if taken {
            gone.push(container);
            // The volumes it was made with are the old container's too.
            steps.push(remove(&mut plan, container, "an interrupted recreate has left it", false));
        } else {
            let action = Action::Rename { target: target(container), name: name.to_owned() };
            let reason = format!("to {name}, whose place it was made to take");
            plan.add(
                StepVerb::RenameContainer,
                &container.name,
                Some(service_of(container)),
                &reason,
                action,
            );
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

fn remove(plan: &mut ActionPlan, container: &Container, reason: &str, volumes: bool) -> usize {
    let action = Action::Remove { target: target(container), volumes, force: false };
    plan.add(StepVerb::RemoveContainer, &container.name, Some(service_of(container)), reason, action)
}

/// `0123456789ab_shop-web-1` was to become `shop-web-1`.
fn name_before(name: &str) -> Option<&str> {
    let (id, name) = name.split_once('_')?;
    let is_id = id.len() == 12 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_id && !name.is_empty()).then_some(name)
}
