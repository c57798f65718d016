//! What only the whole project shows: references, contradictions, cycles.

use super::locate::Sources;
use super::project::Project;
use super::service::{MountKind, Service};
use crate::domain::Fault;
use std::collections::BTreeMap;

/// Everything that is wrong, in the order of the services' names.
pub(super) fn check(project: &Project, sources: &Sources) -> Vec<Fault> {
    let mut found: Vec<(String, String)> = Vec::new();
    for service in project.services.values() {
        let mut complain = |key: &str, text: String| {
            let path = format!("services.{}.{key}", service.name);
            found.push((path.trim_end_matches('.').to_owned(), text));
        };
        references(project, service, &mut complain);
        contradictions(service, &mut complain);
    }
    found.extend(container_names(project));
    found.extend(cycle(project));
    let mistakes = project.backup_mistakes().into_iter();
    found.extend(mistakes.map(|(key, text)| (format!("x-mcp.backup.{key}"), text)));
    for service in project.services.values() {
        for (key, reaction) in service.mcp.reactions() {
            if project.service(&reaction.service).is_none() {
                found.push((
                    format!("services.{}.x-mcp.{key}", service.name),
                    unknown("service", &reaction.service, project.services.keys()),
                ));
            }
        }
    }
    found.iter().map(|(path, text)| sources.fault(path, text)).collect()
}

fn unknown<'key>(what: &str, name: &str, known: impl Iterator<Item = &'key String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    if known.is_empty() {
        format!("there is no {what} `{name}`; the file declares none")
    } else {
        format!("there is no {what} `{name}`; expected one of {}", known.join(", "))
    }
}

fn references(project: &Project, service: &Service, complain: &mut impl FnMut(&str, String)) {
    for (name, dependency) in &service.depends_on {
        if *name == service.name {
            complain(&format!("depends_on.{name}"), "a service cannot depend on itself".to_owned());
        } else if let Some(disabled) = project.disabled.get(name) {
            if !dependency.required {
                continue;
            }
            let profiles = disabled.profiles.join(", ");
            complain(
                &format!("depends_on.{name}"),
                format!("its profile is not active; add --profile {profiles}"),
            );
        } else if !project.services.contains_key(name) {
            complain(&format!("depends_on.{name}"), unknown("service", name, project.services.keys()));
        }
    }
    for name in service.networks.keys() {
        if !project.networks.contains_key(name) {
            complain("networks", unknown("network", name, project.networks.keys()));
        }
    }
    for mount in &service.volumes {
        let named = mount.kind == MountKind::Volume && !mount.source.is_empty();
        if named && !project.volumes.contains_key(&mount.source) {
            complain(
                "volumes",
                format!(
                    "{}; declare it under the top-level `volumes`, or write ./{} for a directory",
                    unknown("volume", &mount.source, project.volumes.keys()),
                    mount.source
                ),
            );
        }
    }
    for secret in &service.secrets {
        if !project.secrets.contains_key(&secret.source) {
            complain("secrets", unknown("secret", &secret.source, project.secrets.keys()));
        }
    }
    for model in service.models.keys() {
        if !project.models.contains_key(model) {
            complain("models", unknown("model", model, project.models.keys()));
        }
    }
    for config in &service.configs {
        if !project.configs.contains_key(&config.source) {
            complain("configs", unknown("config", &config.source, project.configs.keys()));
        }
    }
}

fn contradictions(service: &Service, complain: &mut impl FnMut(&str, String)) {
    if service.image.is_empty() && service.build.is_none() && service.provider.is_none() {
        complain("", "expected an `image` or a `build`".to_owned());
    }
    if !service.network_mode.is_empty() && !service.networks.is_empty() {
        complain("network_mode", "excludes `networks`".to_owned());
    }
    let deploy = service.deploy.as_ref();
    if let (Some(scale), Some(replicas)) = (service.scale, deploy.and_then(|deploy| deploy.replicas))
        && scale != replicas
    {
        complain("scale", format!("{scale} contradicts deploy.replicas, {replicas}"));
    }
    if !service.container_name.is_empty() && service.replicas() > 1 {
        complain("container_name", format!("{} replicas cannot share one name", service.replicas()));
    }
    // Where there are limits, one that they leave out is none, and that is not the same.
    if let Some(limits) = deploy.and_then(|deploy| deploy.resources.limits.as_ref()) {
        if service.mem_limit.0 != 0 && service.mem_limit != limits.memory {
            complain("mem_limit", "contradicts deploy.resources.limits.memory".to_owned());
        }
        if service.cpus > 0.0 && (service.cpus - limits.cpus).abs() > f32::EPSILON {
            complain("cpus", "contradicts deploy.resources.limits.cpus".to_owned());
        }
        if service.pids_limit != 0 && service.pids_limit != limits.pids {
            complain("pids_limit", "contradicts deploy.resources.limits.pids".to_owned());
        }
    }
    if let Some(reserved) = deploy.and_then(|deploy| deploy.resources.reservations.as_ref())
        && service.mem_reservation.0 != 0
        && service.mem_reservation != reserved.memory
    {
        complain("mem_reservation", "contradicts deploy.resources.reservations.memory".to_owned());
    }
}

fn container_names(project: &Project) -> Vec<(String, String)> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for service in project.services.values().filter(|service| !service.container_name.is_empty()) {
        if let Some(first) = owners.insert(&service.container_name, &service.name) {
            let path = format!("services.{}.container_name", service.name);
            found.push((
                path,
                format!("`{}` is the name of {first}'s container already", service.container_name),
            ));
        }
    }
    found
}

/// Takes away services whose dependencies are all taken away; what stays depends on itself in a circle.
fn cycle(project: &Project) -> Option<(String, String)> {
    let mut left: BTreeMap<&str, &Service> =
        project.services.iter().map(|(name, service)| (name.as_str(), service)).collect();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in &left {
        for needed in service.depends_on.keys().filter(|needed| *needed != name) {
            if left.contains_key(needed.as_str()) {
                *waiting.entry(name).or_default() += 1;
                dependents.entry(needed).or_default().push(name);
            }
        }
    }
    let mut free: Vec<&str> = left.keys().copied().filter(|name| !waiting.contains_key(name)).collect();
    while let Some(name) = free.pop() {
        left.remove(name);
        for dependent in dependents.get(name).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    free.push(dependent);
                }
            }
        }
    }
    let first = *left.keys().next()?;
    let mut way = vec![first];
    loop {
        let here = left.get(way.last()?)?;
        let mut needed = here.depends_on.keys().filter(|name| **name != here.name);
        let next = needed.find_map(|name| left.get_key_value(name.as_str()))?.0;
        if let Some(start) = way.iter().position(|name| name == next) {
            way.drain(..start);
            way.push(next);
            break;
        }
        way.push(next);
    }
    Some((
        format!("services.{}.depends_on", way[0]),
        format!("the services wait for each other: {}", way.join(" → ")),
    ))
}
