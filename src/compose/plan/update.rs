//! `update`: new containers take the place of old ones, and requests go to the new ones before the old ones go. Every
//! old container stays, stopped, until all new ones have proven themselves, so that going back is a start. All of it is
//! told by what there is: planned again in the middle, the plan goes on from there, or back.

mod absent;
mod accept;
mod back;
mod commit;
mod kept;
mod places;
mod policy;
mod rollout;
mod slots;

pub use absent::roll_back;
pub use accept::accept;
pub use back::back;
pub use kept::{check as check_kept, check_one as check_one_kept, hidden, standing};
pub use places::is_between;
pub use policy::Policy;

use super::card::{add_gpus, new_plan};
use super::provision::{provide, wait_for_images};
use super::services::named_or_all;
use super::steer::told_by;
use super::{Action, ActionPlan, Guard, Target, graph, missing, objects};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::task::UpdateOptions;
use crate::domain::{Container, DeployState, Fault, FaultKind, StepVerb};
use rollout::Rollout;
use slots::Versions;
use std::collections::BTreeSet;

/// Steps of which each waits for the one before it.
pub(super) struct Chain {
    pub plan: ActionPlan,
    last: Vec<usize>,
}

pub fn update(project: &Project, observed: &Observed, options: &UpdateOptions) -> Result<ActionPlan, Fault> {
    graph::known(&options.services, Some(project), observed, "update")?;
    towards(project, observed, options, &chosen(project, observed, options)?, &[])
}

/// `services` have containers that new ones take the place of, `absent` have none.
fn towards(
    project: &Project,
    observed: &Observed,
    options: &UpdateOptions,
    services: &[&Service],
    absent: &[&Service],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("update", Some(project), observed, &[]);
    // docker compose has no such thing: its `up` replaces the old ones before the new ones have proven anything.
    plan.plan.equivalent.clear();
    if observed.pinned.is_empty() {
        let all: Vec<&Service> = absent.iter().chain(services).copied().collect();
        provide(&mut plan, project, &all, observed, &options.provision())?;
    } else {
        pin(&mut plan, project, observed);
    }
    // Which images those of an earlier deploy are is known, whatever their names lead to yet.
    let pending = plan.image_steps > 0 && observed.pinned.is_empty();
    let mut rollouts = Vec::new();
    for service in services {
        let versions = Versions::of(project, service, observed, pending)?;
        if versions.are_settled(project, service, observed.kept.is_some()) {
            let reason = if observed.kept.is_some() { "not accepted yet" } else { "up to date" };
            for container in versions.all() {
                let name = container.name.as_str();
                plan.add(StepVerb::Keep, name, Some(&service.name), reason, Action::Keep);
            }
        } else {
            rollouts.push(Rollout::new(project, service, observed, versions, options));
        }
    }
    let told = told_by(rollouts.iter().map(Rollout::service));
    rollouts.sort_by_key(|rollout| told.contains(rollout.service().name.as_str()));
    let changed: Vec<&Service> =
        absent.iter().copied().chain(rollouts.iter().map(Rollout::service)).collect();
    missing::check(&mut plan, "update", project, changed.iter().copied(), observed)?;
    let mut chain = Chain { plan, last: Vec::new() };
    let networks = objects::add_networks(&mut chain.plan, project, &changed, observed)?;
    let volumes = objects::add_volumes(&mut chain.plan, project, &changed, observed)?;
    chain.last.extend(networks.into_values().chain(volumes.into_values()));
    let made = absent::bring_back(&mut chain.plan, project, absent, observed, &chain.last)?;
    chain.last.extend(made);
    if !rollouts.is_empty() {
        chain.plan.guard = Some(guard(observed, rollouts.iter().map(Rollout::service)));
        for rollout in &mut rollouts {
            rollout.roll(&mut chain)?;
        }
        // The first of them has served since the others came, and until now it could be taken back.
        for rollout in &rollouts {
            rollout.prove_alone(&mut chain);
        }
        if options.keeps_old() && kept::can_be_kept(project, observed) {
            chain.reached(DeployState::AwaitingAcceptance);
            chain.plan.warn(kept::promise(&project.name));
        } else {
            commit::commit(&mut chain, &rollouts);
        }
    }
    let mut plan = chain.plan;
    let names: Vec<String> = absent.iter().chain(services).map(|service| service.name.clone()).collect();
    add_gpus(&mut plan, Some(project), observed, &names);
    wait_for_images(&mut plan);
    if let Some(last) = plan.image_steps.checked_sub(1) {
        plan.plan.milestones.insert(0, (last, DeployState::Pulled));
    }
    Ok(plan)
}

/// Whether a failure is undone by itself. A file may ask that everything be left as it is then.
pub fn goes_back(project: &Project) -> bool {
    let configs =
        project.services.values().filter_map(|service| service.deploy.as_ref()?.update_config.as_ref());
    !configs.into_iter().any(|config| config.failure_action == "pause")
}

/// Those that have containers, in the order of their dependencies.
fn chosen<'project>(
    project: &'project Project,
    observed: &Observed,
    options: &UpdateOptions,
) -> Result<Vec<&'project Service>, Fault> {
    let names = named_or_all(observed, &options.services);
    let order = graph::ordered(&names, &graph::edges(Some(project), observed));
    let services: Vec<&Service> = order.iter().filter_map(|name| project.service(name)).collect();
    let absent = services.iter().find(|service| observed.of_service(&service.name).is_empty());
    if services.is_empty() || absent.is_some() {
        let object = absent.map_or(project.name.as_str(), |service| service.name.as_str());
        return Err(Fault::new(FaultKind::NotFound, "update", object)
            .because("it has no container whose place a new one could take")
            .hint("`up` creates it"));
    }
    Ok(services)
}

/// The names lead to the images of an earlier deploy again. One that services ran several images by is left as it is.
fn pin(plan: &mut ActionPlan, project: &Project, observed: &Observed) {
    if observed.images_provided {
        return;
    }
    let references: BTreeSet<String> =
        project.services.values().map(|service| service.image_name(&project.name)).collect();
    for reference in &references {
        let pinned = observed.pinned_to(project, reference);
        let mut images = pinned.values();
        let (Some(image), None) = (images.next(), images.next()) else { continue };
        if observed.images.get(reference).is_some_and(|present| present.id == image.id) {
            continue;
        }
        let action = Action::Tag { image: image.id.clone(), reference: reference.clone() };
        plan.add(StepVerb::TagImage, reference, None, "as it was in that deploy", action);
    }
    plan.image_steps = plan.actions.len();
}

pub(super) fn guard<'project>(
    observed: &Observed,
    services: impl Iterator<Item = &'project Service>,
) -> Guard {
    let services: BTreeSet<String> = services.map(|service| service.name.clone()).collect();
    let of = services.iter().flat_map(|service| observed.of_service(service));
    Guard {
        project: observed.project.clone(),
        known: of.map(|container| container.id.clone()).collect(),
        services,
    }
}

pub(super) fn existing(container: &Container) -> Target {
    Target::Existing { id: container.id.clone(), name: container.name.to_string() }
}

impl Chain {
    pub fn new(plan: ActionPlan) -> Self {
        Self { plan, last: Vec::new() }
    }

    /// A step after all that was added until now.
    pub fn add(
        &mut self,
        verb: StepVerb,
        object: &str,
        service: &str,
        reason: &str,
        action: Action,
    ) -> usize {
        let step = self.plan.add(verb, object, Some(service), reason, action);
        self.follow(step);
        step
    }

    /// A step that was added to the plan comes after all others.
    pub fn follow(&mut self, step: usize) {
        let last = std::mem::replace(&mut self.last, vec![step]);
        self.plan.after(step, last);
    }

    pub fn last(&self) -> &[usize] {
        &self.last
    }

    /// The last step is what the deploy comes to the state with.
    pub fn reached(&mut self, state: DeployState) {
        if let Some(step) = self.last.last().copied() {
            self.plan.reaches(step, state);
        }
    }
}
