//! What an image does not have yet when a watch begins.

use super::tree::Tree;
use crate::compose::Project;
use crate::compose::watch::Rule;
use crate::domain::Fault;
use crate::engine::Engine;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rule's files that were changed after the service's image was built. Of a service that builds nothing, all: its
/// image does not have them.
pub async fn than_image(
    engine: &Engine,
    project: &Project,
    rule: &Rule,
    tree: &mut Tree,
) -> Result<BTreeSet<PathBuf>, Fault> {
    let built = match project.services.get(&rule.service).filter(|service| service.build.is_some()) {
        Some(service) => {
            engine.image(&service.image_name(&project.name)).await?.and_then(|image| image.created)
        }
        None => None,
    };
    let mut paths: BTreeSet<PathBuf> =
        tree.contents(&rule.path, std::slice::from_ref(rule))?.into_iter().collect();
    if rule.path.is_file() {
        paths.insert(rule.path.clone());
    }
    paths.retain(|path| changed_at(path).is_some_and(|changed| built.is_none_or(|built| changed > built)));
    Ok(paths)
}

/// `None` for what is gone, and for directories, which come with what is in them.
fn changed_at(path: &Path) -> Option<Timestamp> {
    let found = std::fs::symlink_metadata(path).ok().filter(|found| !found.is_dir())?;
    Timestamp::try_from(found.modified().ok()?).ok()
}
