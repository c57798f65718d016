//! The labels by which every Compose tool knows the container.

use super::Surroundings;
use super::references::resolved_hash;
use crate::compose::file::{Project, Service};
use std::collections::BTreeMap;

/// The version of docker compose whose labels and hashes are written where no container shows another.
pub const COMPOSE_VERSION: &str = "5.5.0";

pub fn container_labels(
    project: &Project,
    service: &Service,
    number: u32,
    around: &Surroundings<'_>,
) -> BTreeMap<String, String> {
    let mut labels = service.labels.clone();
    let mut put = |key: &str, value: String| {
        labels.insert(format!("com.docker.compose.{key}"), value);
    };
    let list = |paths: &[std::path::PathBuf]| {
        paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(",")
    };
    let dependencies = service
        .depends_on
        .iter()
        .map(|(name, dependency)| format!("{name}:{}:{}", dependency.condition.word(), dependency.restart));
    put("project", project.name.clone());
    put("service", service.name.clone());
    put("version", around.version.to_owned());
    put("project.config_files", list(&project.files));
    put("project.working_dir", project.directory.display().to_string());
    if !project.env_files.is_empty() {
        put("project.environment_file", list(&project.env_files));
    }
    put("config-hash", resolved_hash(service, around.flavour()));
    put("container-number", number.to_string());
    put("oneoff", "False".to_owned());
    put("image", around.image_id.to_owned());
    put("depends_on", dependencies.collect::<Vec<_>>().join(","));
    if let Some(replaced) = around.replaces {
        put("replace", replaced.to_owned());
    }
    labels
}
