//! What the Engine says, whole, of the containers that will not stay: by it a plan can tell what has changed.

use super::INSPECTED_AT_ONCE;
use crate::compose::drift::expected_hashes;
use crate::compose::file::Project;
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use futures_util::StreamExt;
use serde_json::Value;
use std::collections::BTreeMap;

/// A container and the image it was made from, as the Engine inspects them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    pub container: Value,
    /// Null when the image is gone.
    pub image: Value,
}

impl Configuration {
    /// Whether it can be told what of the container is only the image's.
    pub fn knows_image(&self) -> bool {
        self.image.is_object()
    }
}

/// Asked only for what is out of date, which is mostly nothing. What cannot be had is left out: it makes no plan wrong.
pub(super) async fn configurations(
    engine: &Engine,
    project: Option<&Project>,
    containers: &[Container],
) -> BTreeMap<ContainerId, Configuration> {
    let asked = futures_util::stream::iter(outdated(project, containers))
        .map(|container| async move { (container.id.clone(), configuration(engine, &container).await) })
        .buffer_unordered(INSPECTED_AT_ONCE);
    let answers: Vec<_> = asked.collect().await;
    let known = answers.into_iter().filter_map(|(id, answer)| match answer {
        Ok(configuration) => Some((id, configuration)),
        Err(fault) => {
            log::debug!("what has changed of a container is not known: {fault}");
            None
        }
    });
    known.collect()
}

fn outdated(project: Option<&Project>, containers: &[Container]) -> Vec<Container> {
    let all: Vec<&Container> = containers.iter().collect();
    let mut hashes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let is_outdated = |container: &&Container| {
        let Some(labels) = &container.compose else { return false };
        let Some(service) = project.and_then(|project| project.service(&labels.service)) else {
            return false;
        };
        let hashes = hashes.entry(&service.name).or_insert_with(|| expected_hashes(service, &all));
        labels.config_hash.as_ref().is_none_or(|hash| !hashes.contains(hash))
    };
    containers.iter().filter(is_outdated).cloned().collect()
}

async fn configuration(engine: &Engine, container: &Container) -> Result<Configuration, Fault> {
    let image = async {
        match engine.image_json(&container.image_id).await {
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(Value::Null),
            answer => answer,
        }
    };
    let (container, image) = tokio::try_join!(engine.inspect_json(&container.id), image)?;
    Ok(Configuration { container, image })
}
