//! Back from the middle of an update: the old containers are still there, and start again where they were stopped.

use super::super::card::new_plan;
use super::super::steer::{Proxies, told_by};
use super::places::{Place, places};
use super::policy::{Means, Policy, means};
use super::{Chain, existing, guard};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::compose::plan::{Action, ActionPlan, Gate, Target, once};
use crate::domain::task::Strategy;
use crate::domain::{Container, DeployState, Fault, FaultKind, StepVerb};
use std::collections::BTreeMap;
use std::time::Duration;

/// Makes the old containers the only ones again, of all services that have both.
pub fn back(project: &Project, observed: &Observed) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("go back", Some(project), observed, &[]);
    // Nor has docker compose anything like this.
    plan.plan.equivalent.clear();
    let mut affected: Vec<(&Service, BTreeMap<u32, Place<'_>>)> = Vec::new();
    for service in project.services.values() {
        let places = places(service, observed);
        if places.values().any(|place| place.is_committed) {
            let on = if observed.kept.is_some() { "accept it again" } else { "ask for the update again" };
            return Err(Fault::new(FaultKind::Conflict, "go back", service.name.as_str())
                .because("some old containers are gone already, and their successors have proven themselves")
                .hint(format!("{on}: it goes on to its end")));
        }
        if places.values().any(Place::is_double) {
            affected.push((service, places));
        }
    }
    let told = told_by(affected.iter().map(|(service, _)| *service));
    affected.sort_by_key(|(service, _)| told.contains(service.name.as_str()));
    plan.guard = Some(guard(observed, affected.iter().map(|(service, _)| *service)));
    let mut chain = Chain::new(plan);
    for (service, places) in &affected {
        of_service(&mut chain, project, service, places, observed);
    }
    let last = chain.plan.actions().len().checked_sub(1);
    if let Some(last) = last {
        chain.plan.plan.milestones.retain(|(step, _)| *step != last);
        chain.plan.reaches(last, DeployState::RolledBack);
    }
    Ok(chain.plan)
}

fn of_service(
    chain: &mut Chain,
    project: &Project,
    service: &Service,
    places: &BTreeMap<u32, Place<'_>>,
    observed: &Observed,
) {
    let name = &service.name;
    let policy = Policy::of(service, Strategy::Rolling);
    let proxies = Proxies::of(service, observed);
    let begun = chain.plan.actions().len();
    let fresh: Vec<&Container> = places.values().flat_map(|place| &place.newcomers).copied().collect();
    // Where only one can be there at a time, the new one goes first.
    let alone = matches!(means(service, places.len()), Means::StopFirst(_));
    if alone {
        stop(chain, name, fresh.iter().copied(), "it did not prove itself");
    }
    let old: Vec<&Container> = places.values().filter_map(Place::old).collect();
    let serving: Vec<Target> = old.iter().copied().map(existing).collect();
    // What has ended is not done once more, and what does not serve has nothing led to it.
    let ends = once::ends_in(project, service);
    let asleep: Vec<&Container> = old.iter().copied().filter(|old| !ends && !old.is_running()).collect();
    let is_led_to = proxies.are_there() && !ends;
    for old in &asleep {
        let reason = "it takes its place back";
        chain.add(StepVerb::StartContainer, &old.name, name, reason, Action::Start(existing(old)));
    }
    if !asleep.is_empty() {
        let gate = Gate { min_healthy: Duration::from_secs(1), ..policy.gate(service, Duration::ZERO) };
        let action = Action::Gate { containers: serving.clone(), gate };
        chain.add(StepVerb::Await, name, name, "before requests go to it", action);
    }
    if is_led_to {
        steer(chain, &proxies, serving, "as before the update", observed);
        let leaving: Vec<Target> =
            fresh.iter().copied().filter(|new| new.is_running() && !alone).map(existing).collect();
        if !leaving.is_empty() {
            let object = leaving.iter().map(Target::name).collect::<Vec<_>>().join(", ");
            let action =
                Action::Drain { containers: leaving, proxies: proxies.targets(), limit: policy.drain };
            chain.add(StepVerb::Drain, &object, name, "what was sent to it is answered first", action);
        }
    }
    if !alone {
        stop(chain, name, fresh.iter().copied(), "it did not prove itself");
    }
    if is_led_to {
        steer(chain, &proxies, Vec::new(), "whoever its name stands for", observed);
    }
    let after = chain.last().to_vec();
    for step in proxies.restart(&mut chain.plan, &after, "going back", observed) {
        chain.follow(step);
    }
    for new in &fresh {
        let action = Action::Remove { target: existing(new), volumes: false, force: true };
        chain.add(StepVerb::RemoveContainer, &new.name, name, "it did not prove itself", action);
    }
    let reference = service.image_name(&project.name);
    let before = places.values().filter(|place| place.is_double()).find_map(Place::old);
    if let Some(old) = before
        && observed.images.get(&reference).is_some_and(|image| image.id != old.image_id)
    {
        let action = Action::Tag { image: old.image_id.clone(), reference: reference.clone() };
        chain.add(StepVerb::TagImage, &reference, name, "the image before the update", action);
    }
    if chain.plan.actions().len() > begun {
        chain.plan.reaches(begun, DeployState::RollingBack);
    }
}

fn stop<'seen>(
    chain: &mut Chain,
    service: &str,
    containers: impl Iterator<Item = &'seen Container>,
    reason: &str,
) {
    for container in containers.filter(|container| container.is_running()) {
        chain.add(
            StepVerb::StopContainer,
            &container.name,
            service,
            reason,
            Action::Stop(existing(container)),
        );
    }
}

fn steer(chain: &mut Chain, proxies: &Proxies<'_>, serving: Vec<Target>, why: &str, observed: &Observed) {
    let step = proxies.steer(&mut chain.plan, serving, why);
    chain.follow(step);
    let after = chain.last().to_vec();
    for step in proxies.reload(&mut chain.plan, &after, "going back", observed) {
        chain.follow(step);
    }
}
