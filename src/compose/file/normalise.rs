//! Settles what files leave open: names, the default network, implied dependencies, environments, profiles.

use super::environment;
use super::locate::Sources;
use super::project::{Network, Project};
use super::read::Raw;
use super::service::{Condition, Dependency, MountKind, Service};
use crate::domain::Fault;
use std::collections::BTreeMap;
use std::path::Path;

/// Fills the project from what was read. Returns what is wrong with files it had to look into.
pub(super) fn normalise(
    project: &mut Project,
    raw: Raw,
    variables: &BTreeMap<String, String>,
    sources: &Sources,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    project.networks = raw.networks;
    project.volumes = raw.volumes;
    project.secrets = raw.secrets;
    project.configs = raw.configs;
    project.models = raw.models;
    project.mcp = raw.mcp;
    project.extensions = raw.extensions;
    for (name, mut service) in raw.services {
        let inactive = !service.profiles.is_empty()
            && !service.profiles.iter().any(|profile| project.profiles.contains(profile))
            && !project.profiles.iter().any(|profile| profile == "*");
        join_default_network(&mut service, project);
        imply_dependencies(&mut service);
        for secret in &mut service.secrets {
            if secret.target.is_empty() {
                secret.target = format!("/run/secrets/{}", secret.source);
            }
        }
        resolve_arguments(&mut service, variables);
        faults.extend(add_file_labels(&mut service, sources));
        if inactive {
            // Its files are not needed until it is.
            faults.extend(resolve_environment(&mut service, variables, sources, false));
            project.disabled.insert(name, service);
        } else {
            faults.extend(resolve_environment(&mut service, variables, sources, true));
            project.services.insert(name, service);
        }
    }
    name_objects(project);
    faults
}

fn join_default_network(service: &mut Service, project: &mut Project) {
    if service.provider.is_none() && service.network_mode.is_empty() && service.networks.is_empty() {
        service.networks.insert("default".to_owned(), None);
    }
    if service.networks.contains_key("default") {
        project.networks.entry("default".to_owned()).or_default();
    }
}

fn imply_dependencies(service: &mut Service) {
    let shared = [&service.network_mode, &service.ipc, &service.pid];
    let shared = shared.iter().filter_map(|mode| mode.strip_prefix("service:")).map(|name| (name, true));
    let linked = service.links.iter().filter_map(|link| link.split(':').next()).map(|name| (name, true));
    let mounted = service
        .volumes_from
        .iter()
        .filter(|source| !source.starts_with("container:"))
        .filter_map(|source| source.split(':').next())
        .map(|name| (name, false));
    let implied: Vec<(String, bool)> =
        shared.chain(linked).chain(mounted).map(|(name, restart)| (name.to_owned(), restart)).collect();
    for (name, restart) in implied {
        let dependency = Dependency { condition: Condition::Started, restart, required: true };
        service.depends_on.entry(name).or_insert(dependency);
    }
}

/// Merges `env_file` into the environment and gives bare keys the project's values. A variable in such a file is the
/// project's, else the service's, else what stands earlier in the file, as docker compose has it since 2.40.
fn resolve_environment(
    service: &mut Service,
    variables: &BTreeMap<String, String>,
    sources: &Sources,
    must_exist: bool,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut environment: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (index, file) in service.env_files.iter().enumerate() {
        let path = Path::new(&file.path);
        if !path.exists() {
            if file.required && must_exist {
                let key = format!("services.{}.env_file[{index}]", service.name);
                faults.push(
                    sources
                        .fault(&key, &format!("the file {} does not exist", file.path))
                        .hint("create it, or mark it `required: false`"),
                );
            }
            continue;
        }
        let lookup = |name: &str| {
            variables.get(name).cloned().or_else(|| service.environment.get(name).cloned().flatten())
        };
        let found = if file.raw { environment::read_raw(path) } else { environment::read(path, &lookup) };
        match found {
            Ok(found) => {
                // A name without a value that the project does not know either sets nothing.
                environment.extend(found.into_iter().filter_map(|(name, value)| {
                    let value = value.or_else(|| variables.get(&name).cloned())?;
                    Some((name, Some(value)))
                }));
            }
            Err(more) => faults.extend(more),
        }
    }
    environment.append(&mut service.environment);
    for (key, value) in &mut environment {
        if value.is_none() {
            *value = variables.get(key).cloned();
        }
    }
    service.environment = environment;
    faults
}

/// Build arguments without a value take the project's; without one there either they are none.
fn resolve_arguments(service: &mut Service, variables: &BTreeMap<String, String>) {
    let Some(build) = &mut service.build else { return };
    for (name, value) in &mut build.args {
        if value.is_none() {
            *value = variables.get(name).cloned();
        }
    }
    build.args.retain(|_, value| value.is_some());
}

/// Labels of `label_file`; those of the service itself and of later files win.
fn add_file_labels(service: &mut Service, sources: &Sources) -> Vec<Fault> {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for file in &service.label_files {
        match environment::read(Path::new(file), &|_| None) {
            Ok(found) => {
                labels.extend(found.into_iter().map(|(key, value)| (key, value.unwrap_or_default())));
            }
            Err(more) => {
                let key = format!("services.{}.label_file", service.name);
                let texts = more.iter().map(ToString::to_string);
                faults.extend(texts.map(|text| sources.fault(&key, &text)));
            }
        }
    }
    labels.append(&mut service.labels);
    service.labels = labels;
    faults
}

fn name_objects(project: &mut Project) {
    let prefix = &project.name;
    let settle = |key: &str, name: &mut String, external: bool| {
        if name.is_empty() {
            *name = if external { key.to_owned() } else { format!("{prefix}_{key}") };
        }
    };
    for (key, network) in &mut project.networks {
        settle(key, &mut network.name, network.external);
    }
    for (key, volume) in &mut project.volumes {
        settle(key, &mut volume.name, volume.external);
    }
    for (key, secret) in project.secrets.iter_mut().chain(&mut project.configs) {
        settle(key, &mut secret.name, secret.external);
    }
}

impl Project {
    /// The networks that the given services use, by key.
    pub fn networks_of<'project>(
        &'project self,
        services: impl Iterator<Item = &'project Service>,
    ) -> BTreeMap<&'project str, &'project Network> {
        let keys = services.flat_map(|service| service.networks.keys());
        keys.filter_map(|key| Some((key.as_str(), self.networks.get(key)?))).collect()
    }

    /// The named volumes that the given services mount, by key.
    pub fn volumes_of<'project>(
        &'project self,
        services: impl Iterator<Item = &'project Service>,
    ) -> BTreeMap<&'project str, &'project super::Volume> {
        services
            .flat_map(|service| &service.volumes)
            .filter(|mount| mount.kind == MountKind::Volume && !mount.source.is_empty())
            .filter_map(|mount| Some((mount.source.as_str(), self.volumes.get(&mount.source)?)))
            .collect()
    }
}
