//! The end of an update: the old ones go, and the new ones take their names.

use super::rollout::Rollout;
use super::{Chain, existing};
use crate::compose::plan::Action;
use crate::domain::{DeployState, StepVerb};

pub fn commit(chain: &mut Chain, rollouts: &[Rollout<'_>]) {
    let mut removed = false;
    for rollout in rollouts {
        let service = &rollout.service().name;
        for (old, _) in rollout.places.iter().flat_map(|place| &place.slot.old) {
            let action = Action::Remove { target: existing(old), volumes: false, force: false };
            chain.add(
                StepVerb::RemoveContainer,
                &old.name,
                service,
                "its successor has proven itself",
                action,
            );
            // From the first one on there is no way back.
            if !std::mem::replace(&mut removed, true) {
                chain.reached(DeployState::OldRemoved);
            }
        }
    }
    // Only then, so that one whose old container is gone is known by its name until all of them are.
    for rollout in rollouts {
        let service = &rollout.service().name;
        for place in &rollout.places {
            let (Some(target), name) = (place.new.clone(), rollout.name(place)) else { continue };
            if target.name() != name {
                let object = target.name().to_owned();
                let action = Action::Rename { target, name: name.clone() };
                let reason = format!("to {name}");
                chain.add(StepVerb::RenameContainer, &object, service, &reason, action);
            }
        }
    }
    chain.reached(DeployState::Committed);
}
