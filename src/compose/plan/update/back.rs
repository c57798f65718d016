//! Back from the middle of an update: the old containers are still there, and start again where they were stopped.

use super::super::card::new_plan;
use super::super::leftovers::name_before;
use super::super::steer::{Proxies, told_by};
use super::policy::Policy;
use super::slots::{Slot, Versions};
use super::{Chain, existing, guard};
use crate::compose::body::container_name;
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::compose::plan::{Action, ActionPlan, Gate, Target};
use crate::domain::task::Strategy;
use crate::domain::{Container, DeployState, Fault, FaultKind, StepVerb};
use std::time::Duration;

/// Whether some place has both an old and a new container.
pub fn is_between(project: &Project, observed: &Observed) -> bool {
    project.services.values().any(|service| {
        Versions::of(project, service, observed, false)
            .is_ok_and(|versions| versions.slots.values().any(is_double))
    })
}

fn is_double(slot: &Slot<'_>) -> bool {
    slot.new.is_some() && !slot.old.is_empty()
}

/// Makes the old containers the only ones again, of all services that have both.
pub fn back(project: &Project, observed: &Observed) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("up", Some(project), observed, &["-d".to_owned()]);
    plan.plan.title = format!("go back {}", observed.project);
    let mut affected: Vec<(&Service, Versions<'_>)> = Vec::new();
    for service in project.services.values() {
        let versions = Versions::of(project, service, observed, false)?;
        if versions.slots.iter().any(|(number, slot)| is_committed(slot, *number, service, project)) {
            return Err(Fault::new(FaultKind::Conflict, "go back", service.name.as_str())
                .because("some old containers are gone already, and their successors have proven themselves")
                .hint("ask for the update again: it goes on to its end"));
        }
        if versions.slots.values().any(is_double) {
            affected.push((service, versions));
        }
    }
    let told = told_by(affected.iter().map(|(service, _)| *service));
    affected.sort_by_key(|(service, _)| told.contains(service.name.as_str()));
    plan.guard = Some(guard(observed, affected.iter().map(|(service, _)| *service)));
    let mut chain = Chain::new(plan);
    for (service, versions) in &affected {
        of_service(&mut chain, project, service, versions, observed);
    }
    let last = chain.plan.actions().len().checked_sub(1);
    if let Some(last) = last {
        chain.plan.plan.milestones.retain(|(step, _)| *step != last);
        chain.plan.reaches(last, DeployState::RolledBack);
    }
    Ok(chain.plan)
}

/// A container that still has the name that it was given beside an old one, and no old one beside it.
fn is_committed(slot: &Slot<'_>, number: u32, service: &Service, project: &Project) -> bool {
    let own = container_name(&project.name, service, number);
    let is_aside = |new: &Container| name_before(&new.name) == Some(own.as_str());
    slot.old.is_empty() && slot.new.is_some_and(is_aside)
}

fn of_service(
    chain: &mut Chain,
    project: &Project,
    service: &Service,
    versions: &Versions<'_>,
    observed: &Observed,
) {
    let name = &service.name;
    let policy = Policy::of(service, Strategy::Rolling);
    let proxies = Proxies::of(service, observed);
    let doubles = || versions.slots.values().filter(|slot| is_double(slot));
    let begun = chain.plan.actions().len();
    let fresh: Vec<&Container> = doubles().filter_map(|slot| slot.new).collect();
    // Where only one can be there at a time, the new one goes first.
    let alone =
        matches!(super::policy::means(service, versions.slots.len()), super::policy::Means::StopFirst(_));
    if alone {
        stop(chain, name, fresh.iter().copied(), "it did not prove itself");
    }
    let mut serving: Vec<Target> = Vec::new();
    for slot in versions.slots.values() {
        match slot.old.first() {
            Some((old, _)) => {
                if !old.is_running() {
                    let reason = "it takes its place back";
                    chain.add(
                        StepVerb::StartContainer,
                        &old.name,
                        name,
                        reason,
                        Action::Start(existing(old)),
                    );
                }
                serving.push(existing(old));
            }
            None => serving.extend(slot.new.filter(|new| new.is_running()).map(existing)),
        }
    }
    if versions.slots.values().any(|slot| slot.old.first().is_some_and(|(old, _)| !old.is_running())) {
        let gate = Gate { min_healthy: Duration::from_secs(1), ..policy.gate(service, Duration::ZERO) };
        let action = Action::Gate { containers: serving.clone(), gate };
        chain.add(StepVerb::Await, name, name, "before requests go to it", action);
    }
    if proxies.are_there() {
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
    if proxies.are_there() {
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
    let old = doubles().find_map(|slot| slot.old.first());
    if let Some((old, _)) = old
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
