//! Images that are pulled or built before anything is stopped: what the services' containers are to be made from.

mod given;
mod order;
mod policy;
mod refuse;

pub use given::{AdditionalContext, BuildSecretSource};
pub use order::{Build, BuildSource, Pull, Push};
pub(super) use order::{build, pull};
pub(super) use policy::Policy;
pub(super) use refuse::doubts;

use super::{Action, ActionPlan, graph};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Fault, StepVerb, UpOptions};
use std::collections::{BTreeMap, BTreeSet};

/// What the plan does for the images.
#[derive(Debug, Default)]
pub struct Provision {
    /// By reference, the last step that brings it about.
    steps: BTreeMap<String, usize>,
}

impl Provision {
    /// Whether it is not known yet which image it will be.
    pub fn is_pending(&self, reference: &str) -> bool {
        self.steps.contains_key(reference)
    }
}

/// Adds the steps, before all others. Once they were taken they are not planned again.
pub fn provide(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    observed: &Observed,
    options: &UpOptions,
) -> Result<Provision, Fault> {
    let mut provision = Provision::default();
    if observed.images_provided {
        return Ok(provision);
    }
    let mut builds: BTreeMap<&str, usize> = BTreeMap::new();
    let edges = graph::edges(Some(project), observed);
    for service in services {
        let reference = service.image_name(&project.name);
        let present = observed.images.get(&reference);
        let can_build = service.build.is_some() && !options.no_build;
        let policy = Policy::of(service, options)?;
        let mut pulled = None;
        if !service.image.is_empty()
            && let Some(reason) = policy.pulls(present, observed.looked_at)
        {
            let earlier = provision.steps.get(&reference).copied();
            pulled = Some(earlier.unwrap_or_else(|| {
                let order = Pull {
                    optional: can_build || (service.build.is_some() && present.is_some()),
                    quiet: options.quiet_pull,
                    ..pull(project, service)
                };
                let action = Action::Pull(Box::new(order));
                plan.add(StepVerb::Pull, &reference, Some(&service.name), &reason, action)
            }));
        }
        let forced = policy == Policy::Build;
        if can_build && (forced || present.is_none()) {
            let order = build(project, service, observed)?;
            let order = Build { only_if_missing: !forced, quiet: options.quiet_build, ..order };
            for doubt in doubts(project, service, &order, observed) {
                plan.warn(doubt);
            }
            let reason = if !forced {
                "not on this server"
            } else if options.build {
                "asked for"
            } else {
                "its pull_policy is build"
            };
            let action = Action::Build(Box::new(order));
            let step = plan.add(StepVerb::Build, &reference, Some(&service.name), reason, action);
            plan.after(step, pulled);
            // Two builds of one name one after the other, and what others may stand on first.
            plan.after(step, provision.steps.get(&reference).copied());
            let needed: BTreeSet<String> = graph::closure(std::slice::from_ref(&service.name), &edges);
            plan.after(step, needed.iter().filter_map(|name| builds.get(name.as_str()).copied()));
            builds.insert(&service.name, step);
            provision.steps.insert(reference, step);
        } else if let Some(step) = pulled {
            provision.steps.insert(reference, step);
        }
    }
    for service in services {
        stand_on(plan, service, &builds);
    }
    plan.image_steps = plan.actions.len();
    Ok(provision)
}

/// Images that are contexts of this one's build come before it.
pub(super) fn stand_on(plan: &mut ActionPlan, service: &Service, builds: &BTreeMap<&str, usize>) {
    let Some(step) = builds.get(service.name.as_str()) else { return };
    let contexts = service.build.iter().flat_map(|build| build.additional_contexts.values());
    let services = contexts.filter_map(|place| place.strip_prefix("service:"));
    let before: Vec<usize> = services.filter_map(|name| builds.get(name).copied()).collect();
    plan.after(*step, before);
}

/// Nothing is begun before the images are there.
pub fn wait_for_images(plan: &mut ActionPlan) {
    let first = |step: &usize| plan.plan.steps.get(*step).is_some_and(|step| step.after.is_empty());
    let firsts: Vec<usize> = (plan.image_steps..plan.actions.len()).filter(first).collect();
    for step in firsts {
        plan.after(step, 0..plan.image_steps);
    }
}

#[cfg(test)]
mod tests;
