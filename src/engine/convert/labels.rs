//! The labels by which Compose tools know their own.

use crate::domain::ComposeLabels;
use std::collections::HashMap;

const PREFIX: &str = "com.docker.compose.";

pub(super) fn compose(labels: &HashMap<String, String>) -> Option<ComposeLabels> {
    let value = |key: &str| labels.get(&format!("{PREFIX}{key}")).filter(|value| !value.is_empty()).cloned();
    let list = |key: &str| {
        let text = value(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    };
    Some(ComposeLabels {
        project: value("project")?,
        service: value("service")?,
        number: value("container-number").and_then(|number| number.parse().ok()),
        oneoff: value("oneoff").is_some_and(|oneoff| oneoff.eq_ignore_ascii_case("true")),
        // An empty one is wrong, and still says that a Compose tool made the container.
        config_hash: labels.get(&format!("{PREFIX}config-hash")).cloned(),
        image: value("image"),
        working_dir: value("project.working_dir"),
        env_files: list("project.environment_file"),
        config_files: list("project.config_files"),
        depends_on: list("depends_on"),
        version: value("version"),
    })
}

/// The project of a volume or network, and its key in the file.
pub(in crate::engine) fn compose_key(
    labels: &HashMap<String, String>,
    kind: &str,
) -> (Option<String>, Option<String>) {
    (labels.get(&format!("{PREFIX}project")).cloned(), labels.get(&format!("{PREFIX}{kind}")).cloned())
}
