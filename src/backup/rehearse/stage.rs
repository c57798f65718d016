//! The stack as it is started for a rehearsal: the same services on what was restored, in networks that lead nowhere,
//! under names of its own, with nothing that anybody outside could take for the stack in use. Pure.

use crate::backup::manifest::Mounted;
use crate::compose::file::{
    BindOptions, Logging, Membership, Mount, MountKind, Network, Service, ServiceExtension, Volume,
};
use crate::compose::{Project, within};
use crate::domain::check::HttpUrl;
use crate::domain::container::HELPER_LABEL;
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
    /// By a path that came back, the throw-away volume that it is in and its name there.
    pub origins: BTreeMap<String, (String, String)>,
    /// By service, the image that its files were made with.
    pub images: BTreeMap<String, String>,
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

    /// The volume of the path that came back and that this one lies below, and where in that volume. What it is there, a
    /// link to what is in use perhaps, is not known.
    pub fn origin(&self, path: &str) -> Option<(&str, String)> {
        let around = self.origins.iter().filter(|(known, _)| within(path, known));
        let (known, (volume, name)) = around.max_by_key(|(known, _)| known.len())?;
        Some((volume, format!("{name}{}", &path[known.trim_end_matches('/').len()..])))
    }
}

/// Directories and files that the services see and that did not come back as they are mounted, and whether any of them
/// may write there.
pub fn unsaved_paths(project: &Project, restored: &Restored) -> BTreeMap<String, bool> {
    let mut paths = BTreeMap::new();
    for (name, service) in &project.services {
        let lacks = |mount: &&Mount| {
            mount.kind == MountKind::Bind
                && !restored.paths.contains_key(&mount.source)
                && !restored.places.iter().any(|(at, _)| at.service == *name && at.target == mount.target)
        };
        for mount in service.volumes.iter().filter(lacks) {
            *paths.entry(mount.source.clone()).or_default() |= !mount.read_only;
        }
    }
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
    // Those who list stacks by their files would list those of the one in use.
    staged.files.clear();
    staged.env_files.clear();
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
        service.tmpfs.retain(|entry| entry.split(':').next() != Some(at.target.as_str()));
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

/// The checks of the services that were started, asked of these instead of those in use; and those that would ask
/// somebody else, by service and label.
pub fn checks(project: &Project, staged: &Project) -> (Vec<CheckSpec>, Vec<String>) {
    let (mut asked, mut outside) = (Vec::new(), Vec::new());
    for check in project.stack_file(StackOrigin::Given).checks {
        // The Engine's own were waited for.
        if check.kind == CheckKind::Docker || !staged.services.contains_key(&check.id.service) {
            continue;
        }
        let id = CheckId { stack: staged.name.clone(), ..check.id.clone() };
        match within_networks(CheckSpec { id, ..check.clone() }, project) {
            Some(check) if staged.services.contains_key(&check.id.service) => asked.push(check),
            _ => outside.push(format!("{}: {}", check.id.service, check.kind.label())),
        }
    }
    (asked, outside)
}

/// A published port is that of the container which publishes it, and the name of a service is that of its container. What
/// leads elsewhere leads out of here.
fn within_networks(mut check: CheckSpec, project: &Project) -> Option<CheckSpec> {
    let own = project.services.get(&check.id.service);
    let inside = |host: &str, port: u16| -> Option<(String, u16)> {
        if project.services.contains_key(host) {
            return Some((host.to_owned(), port));
        }
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0");
        let publishes = |service: &Service| {
            let port = service.ports.iter().find(|known| known.published == port.to_string())?;
            Some((service.name.clone(), port.target))
        };
        // The service's own ports first: two may publish the same number at different addresses.
        own.into_iter().chain(project.services.values()).find_map(publishes).filter(|_| is_local)
    };
    match &mut check.kind {
        CheckKind::Http { url, .. } | CheckKind::LlmProgress { url } => {
            let known = HttpUrl::parse(url).ok()?;
            let (host, port) = inside(&known.host, known.port)?;
            let scheme = if known.secure { "https" } else { "http" };
            *url = format!("{scheme}://{host}:{port}{}", known.path);
            check.id.service = host;
        }
        CheckKind::Tcp { host, port }
        | CheckKind::Redis { host, port }
        | CheckKind::Postgres { host, port, .. }
        | CheckKind::Certificate { host, port, .. } => {
            (*host, *port) = inside(host, *port)?;
            check.id.service.clone_from(host);
        }
        CheckKind::Docker | CheckKind::Exec { .. } => {}
    }
    Some(check)
}

fn network(name: String) -> Network {
    Network { name, internal: true, labels: labels(), ..Network::default() }
}

/// None of the service's own: a proxy that finds its servers by labels would lead people here. Two of those who take
/// whatever is not told otherwise are told.
fn labels() -> BTreeMap<String, String> {
    let told = [
        (HELPER_LABEL, "rehearsal"),
        ("traefik.enable", "false"),
        ("com.centurylinklabs.watchtower.enable", "false"),
    ];
    told.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
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
        match restored.paths.get(&mount.source) {
            Some(copy) => copy.clone_into(&mut mount.source),
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
