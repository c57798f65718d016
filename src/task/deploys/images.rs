//! The images of deploys: each has a name of ours, `mcp-tui/keep/<stack>/<service>:<image>`, as long as a record of a
//! deploy that ran it is kept.

use super::record::{Deploy, DeployedImage};
use crate::compose::Project;
use crate::domain::{Fault, FaultKind};
use crate::engine::Engine;
use serde_json::Value;
use std::collections::BTreeMap;

fn name(stack: &str, service: &str, image: &str) -> String {
    let id = image.rsplit(':').next().unwrap_or_default();
    let short: String = id.chars().take(12).collect();
    // A stack's name may begin with what a repository's may not.
    format!("mcp-tui/keep/s{stack}/{}:{short}", service.to_lowercase())
}

/// What the project's services run, kept from being pruned. What a name leads to may be newer than what runs by it; what
/// has no container is as it was `before`. One whose image cannot be looked at is left out, and logged.
pub async fn keep(
    engine: &Engine,
    project: &Project,
    before: &BTreeMap<String, DeployedImage>,
) -> Result<BTreeMap<String, DeployedImage>, Fault> {
    let containers = engine.containers(Some(&project.name)).await?;
    let mut images = BTreeMap::new();
    for service in project.services.values() {
        let reference = service.image_name(&project.name);
        let of_service = containers.iter().filter(|container| {
            container.compose.as_ref().is_some_and(|labels| labels.service == service.name)
        });
        let runs = of_service.max_by_key(|container| (container.is_running(), container.created));
        let ran = before.get(&service.name).filter(|image| image.reference == reference);
        let of = match (runs, ran) {
            (Some(container), _) => container.image_id.as_str(),
            (None, Some(image)) => image.id.as_str(),
            (None, None) => reference.as_str(),
        };
        match deployed(engine, of, &reference).await {
            Ok(image) => {
                // One that has no name of ours can still be had by its digests.
                if let Err(fault) =
                    engine.tag_image(&image.id, &name(&project.name, &service.name, &image.id)).await
                {
                    log::warn!("the image of {} is not kept from being pruned: {fault}", service.name);
                }
                images.insert(service.name.clone(), image);
            }
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            Err(fault) => log::warn!("the image of {} is not known: {fault}", service.name),
        }
    }
    Ok(images)
}

async fn deployed(engine: &Engine, image: &str, reference: &str) -> Result<DeployedImage, Fault> {
    let told = engine.image_json(image).await?;
    let id = told.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let digests = told.get("RepoDigests").and_then(Value::as_array).into_iter().flatten();
    let digests = digests.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(DeployedImage { reference: reference.to_owned(), id, digests })
}

/// Takes the names away of those that no other deploy ran; an image that has no other one goes with it, unless a container
/// has it.
pub async fn give_free(engine: &Engine, stack: &str, deploy: &Deploy, others: &[Deploy]) {
    for (service, image) in &deploy.images {
        let runs = |other: &Deploy| other.images.get(service).is_some_and(|kept| kept.id == image.id);
        if others.iter().any(runs) {
            continue;
        }
        match engine.remove_image(&name(stack, service, &image.id)).await {
            Err(fault) if fault.kind != FaultKind::NotFound => log::warn!("{fault}"),
            Ok(()) | Err(_) => {}
        }
    }
}
