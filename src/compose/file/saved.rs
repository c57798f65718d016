//! What of a project is worth saving: what its file declares, else what its images and volumes tell.

use super::project::Project;
use super::service::{Mount, MountKind, Service};
use crate::domain::stack::{BackupPolicy, BackupSource};
use std::collections::BTreeSet;
use std::path::Path;

/// `x-mcp.backup`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupExtension {
    /// `None` where no source is named, so that they are derived.
    pub sources: Option<Vec<DeclaredSource>>,
    pub policy: BackupPolicy,
}

/// As the file has it.
#[derive(Debug, Clone, PartialEq)]
pub enum DeclaredSource {
    Ready(BackupSource),
    /// By its key, or by its name in the Engine.
    Volume(String),
    /// Whatever a service sees at a place.
    Mount {
        service: String,
        target: String,
    },
}

impl Project {
    /// In the order in which they are taken: databases first, because what they refer to may be there for nothing, but
    /// must not be missing.
    pub fn backup_sources(&self) -> Vec<BackupSource> {
        let mut sources = match &self.mcp.backup.sources {
            Some(declared) => declared.iter().filter_map(|source| self.resolved(source)).collect(),
            None => self.derived(),
        };
        sources.sort_by_key(rank);
        sources
    }

    /// What is wrong with what is declared, with the key that it stands under.
    pub(super) fn backup_mistakes(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        let mut known = |key, service: &String| {
            let found = self.service(service);
            if found.is_none() {
                wrong.push((key, format!("there is no service `{service}`")));
            }
            found
        };
        let mut more = Vec::new();
        for source in self.mcp.backup.sources.iter().flatten() {
            match source {
                DeclaredSource::Ready(BackupSource::Postgres { service, .. }) => {
                    known("postgres", service);
                }
                DeclaredSource::Ready(BackupSource::Redis { service }) => {
                    known("redis", service);
                }
                DeclaredSource::Ready(BackupSource::Exec { service, .. }) => {
                    known("exec", service);
                }
                DeclaredSource::Mount { service, target } => {
                    if let Some(found) = known("binds", service)
                        && mount_at(found, target).is_none()
                    {
                        more.push(("binds", format!("`{service}` has no volume and no path at `{target}`")));
                    }
                }
                DeclaredSource::Volume(name) => {
                    if self.live_volumes().contains(&self.engine_name(name)) {
                        more.push(("volumes", format!("`{name}` holds a database that runs: its files as they are at some moment are no backup; name the service under `postgres` or `redis`")));
                    }
                }
                DeclaredSource::Ready(
                    BackupSource::Volume { .. } | BackupSource::Bind { .. } | BackupSource::Files { .. },
                ) => {}
            }
        }
        wrong.append(&mut more);
        wrong
    }

    fn resolved(&self, source: &DeclaredSource) -> Option<BackupSource> {
        match source {
            DeclaredSource::Ready(source) => Some(source.clone()),
            DeclaredSource::Volume(name) => Some(self.volume(name)),
            DeclaredSource::Mount { service, target } => {
                let mount = mount_at(self.service(service)?, target)?;
                Some(match mount.kind {
                    MountKind::Volume => self.volume(&mount.source),
                    MountKind::Bind
                    | MountKind::Tmpfs
                    | MountKind::Npipe
                    | MountKind::Cluster
                    | MountKind::Image => BackupSource::Bind {
                        path: mount.source.clone(),
                        service: Some(service.clone()),
                        target: Some(mount.target.clone()),
                    },
                })
            }
        }
    }

    fn volume(&self, name: &str) -> BackupSource {
        let key = self.volumes.contains_key(name).then(|| name.to_owned());
        BackupSource::Volume { name: self.engine_name(name), key }
    }

    fn engine_name(&self, name: &str) -> String {
        self.volumes.get(name).map_or_else(|| name.to_owned(), |volume| volume.name.clone())
    }

    /// Every database, and every named volume that no database lives in.
    fn derived(&self) -> Vec<BackupSource> {
        let servers = || self.services.values().filter(|service| service.runs_its_server());
        let databases = servers().filter(|service| is_postgres(&service.image));
        let postgres = databases.map(|service| BackupSource::Postgres {
            service: service.name.clone(),
            database: None,
            user: None,
        });
        let caches = servers().filter(|service| is_redis(&service.image));
        let redis = caches.map(|service| BackupSource::Redis { service: service.name.clone() });
        let live = self.live_volumes();
        let keys: BTreeSet<&str> = self.services.values().flat_map(volume_keys).collect();
        let volumes = keys.into_iter().filter(|key| !live.contains(&self.engine_name(key)));
        postgres.chain(redis).chain(volumes.map(|key| self.volume(key))).collect()
    }

    /// The volumes in which databases live, by their names in the Engine.
    fn live_volumes(&self) -> BTreeSet<String> {
        let services = self.services.values().chain(self.disabled.values());
        services.flat_map(live_keys).map(|key| self.engine_name(key)).collect()
    }
}

/// Databases, then what they may refer to.
fn rank(source: &BackupSource) -> u8 {
    match source {
        BackupSource::Postgres { .. } => 0,
        BackupSource::Redis { .. } => 1,
        BackupSource::Exec { .. } => 2,
        BackupSource::Volume { .. } => 3,
        BackupSource::Bind { .. } => 4,
        BackupSource::Files { .. } => 5,
    }
}

fn volume_keys(service: &Service) -> impl Iterator<Item = &str> {
    let named = |mount: &&Mount| mount.kind == MountKind::Volume && !mount.source.is_empty();
    service.volumes.iter().filter(named).map(|mount| mount.source.as_str())
}

fn live_keys(service: &Service) -> Vec<&str> {
    let places =
        live_places(&service.image, |name| service.environment.get(name).and_then(|value| value.as_deref()));
    let is_live = |mount: &&Mount| {
        places.iter().any(|place| within(&mount.target, place) || within(place, &mount.target))
    };
    service
        .volumes
        .iter()
        .filter(|mount| mount.kind == MountKind::Volume && !mount.source.is_empty())
        .filter(is_live)
        .map(|mount| mount.source.as_str())
        .collect()
}

/// Where a database's image keeps what must not be copied while it runs; nothing for other images.
pub fn live_places<'text>(image: &str, variable: impl Fn(&str) -> Option<&'text str>) -> Vec<String> {
    if is_postgres(image) {
        let data = variable("PGDATA").unwrap_or("/var/lib/postgresql/data");
        vec![data.to_owned(), "/var/lib/postgresql".to_owned(), "/bitnami/postgresql".to_owned()]
    } else if is_redis(image) {
        vec!["/data".to_owned(), "/bitnami/redis".to_owned()]
    } else {
        Vec::new()
    }
}

/// Whether one path is the other one or lies below it.
pub fn within(path: &str, directory: &str) -> bool {
    Path::new(path).starts_with(directory)
}

fn mount_at<'service>(service: &'service Service, target: &str) -> Option<&'service Mount> {
    let target = Path::new(target);
    service
        .volumes
        .iter()
        .filter(|mount| matches!(mount.kind, MountKind::Bind | MountKind::Volume) && !mount.source.is_empty())
        .find(|mount| Path::new(&mount.target) == target)
}

/// `postgres`, `postgres:15-alpine`, `registry/library/postgres@sha256:…`, and its well-known relatives.
pub fn is_postgres(image: &str) -> bool {
    matches!(base_name(image), "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb")
}

/// The same of Redis and what speaks its language.
pub fn is_redis(image: &str) -> bool {
    matches!(base_name(image), "redis" | "valkey" | "redis-stack-server")
}

fn base_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
