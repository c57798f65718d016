//! The images of deploys: each has a name of ours, `mcp-tui/keep/<stack>/<service>:<number>`, as long as its record is
//! kept.

use super::record::{Deploy, DeployedImage};
use crate::compose::Project;
use crate::domain::{Fault, FaultKind};
use crate::engine::Engine;
use serde_json::Value;
use std::collections::BTreeMap;

fn name(stack: &str, service: &str, number: u64) -> String {
    // A stack's name may begin with what a repository's may not.
    format!("mcp-tui/keep/s{stack}/{}:{number}", service.to_lowercase())
}

/// What the project's services run now, kept from being pruned.
pub async fn keep(
    engine: &Engine,
    project: &Project,
    number: u64,
) -> Result<BTreeMap<String, DeployedImage>, Fault> {
    let mut images = BTreeMap::new();
    for service in project.services.values() {
        let reference = service.image_name(&project.name);
        let told = match engine.image_json(&reference).await {
            Ok(told) => told,
            Err(fault) if fault.kind == FaultKind::NotFound => continue,
            Err(fault) => return Err(fault),
        };
        let id = told.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let digests = told.get("RepoDigests").and_then(Value::as_array).into_iter().flatten();
        let digests = digests.filter_map(Value::as_str).map(str::to_owned).collect();
        // One that has no name of ours can still be had by its digests.
        if let Err(fault) = engine.tag_image(&id, &name(&project.name, &service.name, number)).await {
            log::warn!("the image of {} is not kept from being pruned: {fault}", service.name);
        }
        images.insert(service.name.clone(), DeployedImage { reference, id, digests });
    }
    Ok(images)
}

/// Takes the names away; an image that has no other one goes with it, unless a container has it.
pub async fn give_free(engine: &Engine, stack: &str, deploy: &Deploy) {
    for service in deploy.images.keys() {
        match engine.remove_image(&name(stack, service, deploy.number)).await {
            Err(fault) if fault.kind != FaultKind::NotFound => log::warn!("{fault}"),
            Ok(()) | Err(_) => {}
        }
    }
}
