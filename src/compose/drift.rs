//! Drift: per service, whether its containers are what the files say now. Pure but for asking which images there are.

mod images;

pub use images::present_images;

use super::body::{resolved, resolved_hashes};
use super::file::{Project, Service};
use super::observe::number;
use crate::domain::succession::replaced;
use crate::domain::{ComposeLabels, Container, Drift};
use std::collections::{BTreeMap, BTreeSet};

/// By reference, the id of the image that it stands for on this server; `None` where it stands for none. What is not
/// there at all was not asked for yet.
pub type PresentImages = BTreeMap<String, Option<String>>;

/// The references whose images must be known to tell the drift of these containers.
pub fn references(project: &Project, containers: &[&Container]) -> BTreeSet<String> {
    let services = containers.iter().filter_map(|container| declared(project, own(container)?));
    services.map(|service| service.image_name(&project.name)).collect()
}

/// The drift of every service of which there are containers; `containers` are the project's. Without a project, that of
/// none can be told.
pub fn drift(
    project: Option<&Project>,
    containers: &[&Container],
    images: &PresentImages,
) -> BTreeMap<String, Drift> {
    let mut hashes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut services: BTreeMap<String, Drift> = BTreeMap::new();
    let mut replicas: BTreeMap<&str, usize> = BTreeMap::new();
    let kept = replaced(containers.iter().copied());
    for container in containers {
        let Some(labels) = own(container) else { continue };
        // It is kept to go back to, and what the files say is the other one's affair.
        if kept.contains(&container.id) {
            continue;
        }
        let drift = match project {
            None => Drift::Unknown,
            Some(project) => match declared(project, labels) {
                None => Drift::Orphan,
                Some(service) => {
                    let hashes =
                        hashes.entry(&service.name).or_insert_with(|| expected_hashes(service, containers));
                    let present = images.get(&service.image_name(&project.name));
                    of_container(labels, hashes, present.and_then(Option::as_deref))
                }
            },
        };
        *replicas.entry(&labels.service).or_default() += 1;
        let known = services.entry(labels.service.clone()).or_insert(drift);
        *known = drift.max(*known);
    }
    for (name, count) in replicas {
        let service = project.and_then(|project| project.service(name));
        if service.is_some_and(|service| usize::try_from(service.replicas()) != Ok(count))
            && let Some(known) = services.get_mut(name)
        {
            *known = Drift::Changed.max(*known);
        }
    }
    services
}

/// The hashes that versions of docker compose would give a container of the service now, beside the project's present
/// containers: where the service refers to another's, the first of them is meant.
pub fn expected_hashes(service: &Service, containers: &[&Container]) -> Vec<String> {
    let first = |name: &str| {
        let of_service =
            containers.iter().filter(|container| own(container).is_some_and(|labels| labels.service == name));
        of_service.min_by_key(|container| number(container)).map(|container| container.id.0.clone())
    };
    resolved_hashes(&resolved(service, &first))
}

/// What `docker compose run` made is no replica of its service, and belongs to nobody's file.
fn own(container: &Container) -> Option<&ComposeLabels> {
    container.compose.as_ref().filter(|labels| !labels.oneoff)
}

/// A service whose profile is not active is no orphan.
fn declared<'project>(project: &'project Project, labels: &ComposeLabels) -> Option<&'project Service> {
    project.services.get(&labels.service).or_else(|| project.disabled.get(&labels.service))
}

fn of_container(labels: &ComposeLabels, hashes: &[String], image: Option<&str>) -> Drift {
    match (&labels.config_hash, &labels.image, image) {
        // What lacks the label of its image is made anew as well.
        (Some(label), image, _) if image.is_none() || !hashes.contains(label) => Drift::Changed,
        // No Compose tool made it, and none will touch it; or the image that it should have is not known.
        (None, _, _) | (Some(_), _, None) => Drift::Unknown,
        (Some(_), Some(label), Some(image)) if label == image => Drift::InSync,
        (Some(_), _, Some(_)) => Drift::ImageNewer,
    }
}

#[cfg(test)]
mod tests;
