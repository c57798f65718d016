//! What BuildKit is given for a build besides its context.

use crate::compose::file::{Build, Concealed, FileReference, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdditionalContext {
    Directory(PathBuf),
    /// What the builder fetches by itself.
    Remote(String),
}

/// Where a secret is read from when the build begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildSecretSource {
    File(PathBuf),
    Value(Concealed),
}

pub fn entitlements(build: &Build) -> Vec<String> {
    let mut entitlements = build.entitlements.clone();
    let insecure = "security.insecure".to_owned();
    if build.privileged && !entitlements.contains(&insecure) {
        entitlements.push(insecure);
    }
    entitlements
}

pub fn contexts(project: &Project, build: &Build) -> BTreeMap<String, AdditionalContext> {
    let context = |(name, place): (&String, &String)| {
        let context = match place.strip_prefix("service:") {
            Some(service) => {
                let image = project.service(service).map(|service| service.image_name(&project.name));
                AdditionalContext::Remote(format!("docker-image://{}", image.unwrap_or_default()))
            }
            None if Path::new(place).is_absolute() => AdditionalContext::Directory(PathBuf::from(place)),
            None => AdditionalContext::Remote(place.clone()),
        };
        (name.clone(), context)
    };
    build.additional_contexts.iter().map(context).collect()
}

pub fn secrets(project: &Project, build: &Build) -> BTreeMap<String, BuildSecretSource> {
    let secret = |reference: &FileReference| {
        let object = project.secrets.get(&reference.source)?;
        let name = if reference.target.is_empty() { &reference.source } else { &reference.target };
        let source = if !object.file.is_empty() {
            BuildSecretSource::File(PathBuf::from(&object.file))
        } else if object.environment.is_empty() {
            BuildSecretSource::Value(Concealed::new(object.content.clone()))
        } else {
            BuildSecretSource::Value(object.value.clone().unwrap_or_default())
        };
        Some((name.clone(), source))
    };
    build.secrets.iter().filter_map(secret).collect()
}

/// `NAME` or `NAME=PATH`
pub fn named(agent: &str) -> (String, String) {
    let (name, path) = agent.split_once('=').unwrap_or((agent, ""));
    (name.to_owned(), path.to_owned())
}
