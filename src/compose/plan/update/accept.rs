//! `accept`: the old containers that a blue-green update has kept go, and the new ones take their names. By their names
//! alone, whatever the files ask for by now.

use super::super::card::new_plan;
use super::places::{Place, places};
use super::{Chain, existing, guard};
use crate::compose::body::container_name;
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::compose::plan::{Action, ActionPlan, once};
use crate::domain::{Container, ContainerState, DeployState, Fault, FaultKind, Health, StepVerb};
use std::collections::BTreeMap;

pub fn accept(project: &Project, observed: &Observed) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("accept", Some(project), observed, &[]);
    // docker compose knows of no such decision.
    plan.plan.equivalent.clear();
    let affected: Vec<(&Service, BTreeMap<u32, Place<'_>>)> = project
        .services
        .values()
        .map(|service| (service, places(service, observed)))
        .filter(|(_, places)| places.values().any(|place| place.is_double() || place.is_committed))
        .collect();
    if affected.is_empty() {
        return Ok(plan);
    }
    plan.guard = Some(guard(observed, affected.iter().map(|(service, _)| *service)));
    let mut chain = Chain::new(plan);
    let mut renames = Vec::new();
    for (service, places) in &affected {
        for (number, place) in places.iter().filter(|(_, place)| place.is_double() || place.is_committed) {
            let Some(new) = successor(place) else { continue };
            if !once::ends_in(project, service) || !once::has_ended_well(new) {
                serves(new, observed)?;
            }
            renames.push((*service, *number, new));
        }
    }
    // Its restart policy may have had the daemon start it again.
    for (service, places) in &affected {
        let leaving = places.values().filter(|place| place.is_double()).flat_map(leaving);
        for old in leaving.filter(|old| old.is_running()) {
            let action = Action::Stop(existing(old));
            let reason = "it runs beside its successor";
            chain.add(StepVerb::StopContainer, &old.name, &service.name, reason, action);
            let name = &old.name;
            chain.plan.warn(format!("{name} runs beside its successor, and is stopped before it is removed"));
        }
    }
    let mut removed = false;
    for (service, places) in &affected {
        for old in places.values().filter(|place| place.is_double()).flat_map(leaving) {
            let action = Action::Remove { target: existing(old), volumes: false, force: false };
            chain.add(
                StepVerb::RemoveContainer,
                &old.name,
                &service.name,
                "its successor is accepted",
                action,
            );
            // From the first one on there is no way back.
            if !std::mem::replace(&mut removed, true) {
                chain.reached(DeployState::OldRemoved);
            }
        }
    }
    // Only then, so that one whose old container is gone is known by its name until all of them are.
    for (service, number, new) in renames {
        let name = container_name(&project.name, service, number);
        let reason = format!("to {name}");
        let action = Action::Rename { target: existing(new), name };
        chain.add(StepVerb::RenameContainer, &new.name, &service.name, &reason, action);
    }
    chain.reached(DeployState::Committed);
    Ok(chain.plan)
}

/// Who serves in that place: of several newcomers one that is well, else one that runs, and of those the newest.
fn successor<'seen>(place: &Place<'seen>) -> Option<&'seen Container> {
    let candidates = if place.is_double() { &place.newcomers } else { &place.proven };
    candidates.iter().copied().max_by_key(|new| (ailment(new).is_none(), new.is_running(), new.created))
}

/// All others of the place.
fn leaving<'seen>(place: &Place<'seen>) -> impl Iterator<Item = &'seen Container> + use<'seen> {
    let stays = successor(place).map(|container| container.id.clone());
    let all: Vec<&Container> = place.proven.iter().chain(&place.newcomers).copied().collect();
    all.into_iter().filter(move |container| Some(&container.id) != stays.as_ref())
}

/// What does not serve is not accepted: the old container beside it may be the only one that can.
fn serves(new: &Container, observed: &Observed) -> Result<(), Fault> {
    let Some(why) = ailment(new) else { return Ok(()) };
    let project = &observed.project;
    Err(Fault::new(FaultKind::Conflict, "accept", new.name.as_str()).because(why).hint(format!(
        "`mcp-tui -p {project} rollback` takes the old containers back; or mend it, and accept it then"
    )))
}

/// Why it does not serve, if so.
fn ailment(new: &Container) -> Option<&'static str> {
    match (new.state, new.health) {
        (ContainerState::Restarting, _) => Some("it ended, and restarts"),
        (ContainerState::Paused, _) => Some("it is paused"),
        (ContainerState::Running, Some(Health::Unhealthy)) => Some("it is unhealthy"),
        (ContainerState::Running, Some(Health::Starting)) => Some("its health check has not passed yet"),
        (ContainerState::Running, Some(Health::Healthy) | None) => None,
        (_, _) => Some("it does not run"),
    }
}
