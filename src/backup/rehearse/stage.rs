//! The stack as it is started for a rehearsal: the same services on what was restored, in networks that lead nowhere,
//! under names of its own, with nothing that anybody outside could take for the stack in use. Pure.

use crate::backup::manifest::Mounted;
use crate::backup::workshop::LABEL;
use crate::compose::file::{
    BindOptions, Logging, Membership, Mount, MountKind, Network, Port, Service, ServiceExtension, Volume,
};
use crate::compose::{Project, within};
use crate::domain::check::HttpUrl;
use crate::domain::{CheckId, CheckKind, CheckSpec, StackOrigin};
use std::collections::BTreeMap;

/// What came back, and where whoever had it looks for it.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// By a volume's name in the Engine, the throw-away volume that stands for it.
    pub volumes: BTreeMap<String, String>,
    /// What a service has at a place of its container.
    pub places: Vec<(Mounted, String)>,
    /// By a path of the Engine's host, where its copy lies on that host.
    pub paths: BTreeMap<String, String>,
}

/// What a container that was not started for long is given before it counts as broken. A daemon that starts anew leaves
/// these alone, in contrast to `always`.
const RESTARTS: &str = "on-failure:5";

impl Restored {
    /// A volume in which a server keeps its files at a place, and which may be in use under a name.
    pub fn server(&mut self, service: &str, target: String, named: Option<String>, volume: &str) {
        self.volumes.extend(named.map(|name| (name, volume.to_owned())));
        self.places.push((Mounted { service: service.to_owned(), target }, volume.to_owned()));
    }

    /// Where the copy of a path, or of one around it, is.
    fn copy(&self, path: &str) -> Option<String> {
        let around = self.paths.iter().filter(|(known, _)| within(path, known));
        let (known, copy) = around.max_by_key(|(known, _)| known.len())?;
        Some(format!("{copy}{}", &path[known.trim_end_matches('/').len()..]))
    }
}

/// Directories and files that a service may write to and that did not come back, so that it is given copies of them.
pub fn unsaved_paths(project: &Project, restored: &Restored) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (name, service) in &project.services {
        let lacks = |mount: &&Mount| {
            mount.kind == MountKind::Bind
                && !mount.read_only
                && restored.copy(&mount.source).is_none()
                && !restored.places.iter().any(|(at, _)| at.service == *name && at.target == mount.target)
        };
        paths.extend(service.volumes.iter().filter(lacks).map(|mount| mount.source.clone()));
    }
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Volumes of the services that are in no backup: theirs are empty, as they would be on a new server.
pub fn empty_volumes(project: &Project, restored: &Restored) -> Vec<String> {
    let mounts = project.services.values().flat_map(|service| &service.volumes);
    let named = mounts.filter(|mount| mount.kind == MountKind::Volume && !mount.source.is_empty());
    let lacks = |key: &&str| {
        project.volumes.get(*key).is_none_or(|volume| !restored.volumes.contains_key(&volume.name))
    };
    let mut keys: Vec<&str> = named.map(|mount| mount.source.as_str()).filter(lacks).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(str::to_owned).collect()
}

/// `project` has the services that are started and no other; `images` says what each is to run.
pub fn stage(
    project: &Project,
    name: &str,
    images: &BTreeMap<String, String>,
    restored: &Restored,
) -> Project {
    let mut staged = project.clone();
    name.clone_into(&mut staged.name);
    staged.disabled.clear();
    staged.networks =
        project.networks.keys().map(|key| (key.clone(), network(format!("{name}_{key}")))).collect();
    for (key, volume) in &mut staged.volumes {
        *volume = match restored.volumes.get(&volume.name) {
            Some(scratch) => Volume { name: scratch.clone(), external: true, ..Volume::default() },
            None => Volume { name: format!("{name}_{key}"), labels: labels(), ..Volume::default() },
        };
    }
    for (number, (at, volume)) in restored.places.iter().enumerate() {
        let Some(service) = staged.services.get_mut(&at.service) else { continue };
        let key = format!("restored-{number}");
        service.volumes.retain(|mount| mount.target != at.target);
        service.volumes.push(Mount { source: key.clone(), target: at.target.clone(), ..Mount::default() });
        staged.volumes.insert(key, Volume { name: volume.clone(), external: true, ..Volume::default() });
    }
    for (service, image) in images {
        if let Some(service) = staged.services.get_mut(service) {
            image.clone_into(&mut service.image);
        }
    }
    let kept: Vec<String> = staged.services.keys().cloned().collect();
    for service in staged.services.values_mut() {
        seclude(service, restored);
        service.depends_on.retain(|name, _| kept.contains(name));
    }
    if staged.services.values().any(|service| service.networks.contains_key("default")) {
        let network = network(format!("{name}_default"));
        staged.networks.entry("default".to_owned()).or_insert(network);
    }
    staged
}

/// The checks of the services that were started, asked of these instead of those in use.
pub fn checks(project: &Project, staged: &Project) -> Vec<CheckSpec> {
    let all = project.stack_file(StackOrigin::Given).checks.into_iter();
    // The Engine's own were waited for.
    let asked = all
        .filter(|check| check.kind != CheckKind::Docker && staged.services.contains_key(&check.id.service));
    let here = |check: CheckSpec| {
        let ports = project.services.get(&check.id.service).map_or(&[][..], |service| &service.ports);
        let kind = within_networks(&check, ports);
        CheckSpec { id: CheckId { stack: staged.name.clone(), ..check.id }, kind, ..check }
    };
    asked.map(here).collect()
}

/// A published port is one of the container's own in here.
fn within_networks(check: &CheckSpec, ports: &[Port]) -> CheckKind {
    let inside = |host: &str, port: u16| -> Option<(String, u16)> {
        let local = matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]" | "0.0.0.0");
        let published = ports.iter().find(|known| known.published == port.to_string());
        published.filter(|_| local).map(|known| (check.id.service.clone(), known.target))
    };
    let page = |text: &String| {
        let url = HttpUrl::parse(text).ok()?;
        let (host, port) = inside(&url.host, url.port)?;
        let scheme = if url.secure { "https" } else { "http" };
        Some(format!("{scheme}://{host}:{port}{}", url.path))
    };
    let mut kind = check.kind.clone();
    match &mut kind {
        CheckKind::Http { url, .. } | CheckKind::LlmProgress { url } => {
            *url = page(url).unwrap_or_else(|| url.clone());
        }
        CheckKind::Tcp { host, port }
        | CheckKind::Redis { host, port }
        | CheckKind::Postgres { host, port, .. }
        | CheckKind::Certificate { host, port, .. } => {
            (*host, *port) = inside(host, *port).unwrap_or_else(|| (host.clone(), *port));
        }
        CheckKind::Docker | CheckKind::Exec { .. } => {}
    }
    kind
}

fn network(name: String) -> Network {
    Network { name, internal: true, labels: labels(), ..Network::default() }
}

/// None of the service's own: a proxy that finds its servers by labels would lead people here.
fn labels() -> BTreeMap<String, String> {
    BTreeMap::from([(LABEL.to_owned(), "rehearsal".to_owned())])
}

fn seclude(service: &mut Service, restored: &Restored) {
    let keeps_network = service.network_mode == "none" || service.network_mode.starts_with("service:");
    if !keeps_network {
        service.network_mode.clear();
        if service.networks.is_empty() {
            service.networks.insert("default".to_owned(), None);
        }
    }
    for membership in service.networks.values_mut().flatten() {
        *membership =
            Membership { aliases: std::mem::take(&mut membership.aliases), ..Membership::default() };
    }
    service.container_name.clear();
    service.mac_address.clear();
    service.external_links.clear();
    service.ports.clear();
    service.labels = labels();
    service.label_files.clear();
    service.profiles.clear();
    (service.build, service.develop) = (None, None);
    "never".clone_into(&mut service.pull_policy);
    service.scale = Some(1);
    if let Some(deploy) = &mut service.deploy {
        (deploy.replicas, deploy.restart_policy) = (None, None);
        deploy.labels.clear();
    }
    if !matches!(service.restart.as_str(), "" | "no") {
        RESTARTS.clone_into(&mut service.restart);
    }
    service.logging = Some(Logging { driver: "json-file".to_owned(), ..Logging::default() });
    service.mcp = ServiceExtension { checks: service.mcp.checks.take(), ..ServiceExtension::default() };
    for mount in service.volumes.iter_mut().filter(|mount| mount.kind == MountKind::Bind) {
        match restored.copy(&mount.source) {
            Some(copy) => mount.source = copy,
            None => mount.read_only = true,
        }
        let options = mount.bind.take().unwrap_or_default();
        // Nothing is made on the host that was not there.
        mount.bind = Some(BindOptions {
            create_host_path: Some(false),
            selinux: options.selinux,
            ..BindOptions::default()
        });
    }
}

#[cfg(test)]
mod tests;
