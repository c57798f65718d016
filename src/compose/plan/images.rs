//! The images that a `down --rmi` removes.

use super::services::service_of;
use super::{Action, ActionPlan};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, ImageRemoval, StepVerb};
use std::collections::BTreeSet;

pub(super) fn add_removals(
    plan: &mut ActionPlan,
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    which: ImageRemoval,
    after: &[usize],
) {
    for reference in references(project, observed, services, which) {
        if project.is_some() && !observed.images.contains_key(&reference) {
            continue;
        }
        // Under another name the image itself stays, and so does whoever uses it.
        let untagged = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_owned();
        let uses = |container: &&Container| untagged(&container.image) == untagged(&reference);
        if let Some(user) = observed.others.iter().find(uses) {
            plan.warn(format!("the image {reference} is kept: {} uses it", user.name));
            continue;
        }
        let action = Action::RemoveImage { reference: reference.clone() };
        let step = plan.add(StepVerb::RemoveImage, &reference, None, "asked for", action);
        plan.after(step, after.iter().copied());
    }
}

/// By the files; without them by what the containers say that they were made from.
fn references(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    which: ImageRemoval,
) -> BTreeSet<String> {
    let is_meant = |name: &str| services.is_empty() || services.iter().any(|service| service == name);
    let Some(project) = project else {
        let containers = observed.containers.iter().filter(|container| is_meant(service_of(container)));
        let local = |container: &&Container| {
            let built = |separator| format!("{}{separator}{}", observed.project, service_of(container));
            let image = container.image.as_str().trim_end_matches(":latest");
            image == built('-') || image == built('_')
        };
        let removed = containers.filter(|container| which == ImageRemoval::All || local(container));
        return removed.map(|container| container.image.to_string()).collect();
    };
    let meant = project.services.values().filter(|service| is_meant(&service.name));
    let removed = meant.filter(|service| which == ImageRemoval::All || service.image.is_empty());
    removed.map(|service| service.image_name(&project.name)).collect()
}
