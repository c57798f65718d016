//! Containers that an interrupted recreate has left under a name like `0123456789ab_shop-web-1`.
//!
//! While the old container is there the new one goes, for it has the name that the next recreate needs. Where the old
//! one is gone already the new one gets the name it was made for, since it may be the only one that still holds the
//! service's unnamed volumes.

use super::services::{is_oneoff, service_of, target};
use super::{Action, ActionPlan};
use crate::compose::body::container_name;
use crate::compose::file::{Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::succession::name_before;
use crate::domain::{Container, Safe, StepVerb};
use std::borrow::Cow;

pub fn is_taken(observed: &Observed, name: &str) -> bool {
    observed.containers.iter().chain(&observed.others).any(|other| other.name.as_str() == name)
}

pub fn remove(plan: &mut ActionPlan, container: &Container) -> usize {
    // The volumes it was made with are the old container's too.
    let action = Action::Remove { target: target(container), volumes: false, force: false };
    let reason = "an interrupted recreate has left it";
    plan.add(StepVerb::RemoveContainer, &container.name, Some(service_of(container)), reason, action)
}

pub fn rename(plan: &mut ActionPlan, container: &Container, name: &str) -> usize {
    let action = Action::Rename { target: target(container), name: name.to_owned() };
    let reason = format!("to {name}, whose place it was made to take");
    plan.add(StepVerb::RenameContainer, &container.name, Some(service_of(container)), &reason, action)
}

/// Puts right what interrupted recreates of the services have left; what there is then, and the steps after which it
/// is so.
pub fn repair<'seen>(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    observed: &'seen Observed,
) -> (Cow<'seen, Observed>, Vec<usize>) {
    let mut repaired = Cow::Borrowed(observed);
    let mut steps = Vec::new();
    for container in observed.containers.iter().filter(|container| !is_oneoff(container)) {
        let Some(service) = services.iter().find(|service| service.name == service_of(container)) else {
            continue;
        };
        // Anything else that merely looks like it may have been named so on purpose.
        let own = container_name(&project.name, service, number(container));
        if name_before(&container.name) != Some(own.as_str()) {
            continue;
        }
        // Beside somebody else's container it keeps its name until that one is gone.
        let taken = repaired.containers.iter().any(|other| other.name.as_str() == own);
        if taken && !container.is_running() {
            steps.push(remove(plan, container));
            repaired.to_mut().containers.retain(|other| other.id != container.id);
        } else if !is_taken(&repaired, &own) {
            steps.push(rename(plan, container, &own));
            for same in repaired.to_mut().containers.iter_mut().filter(|same| same.id == container.id) {
                same.name = Safe::new(own.clone());
            }
        }
    }
    (repaired, steps)
}
