//! What the console needs of a project: its checks, its databases, its addresses.

use super::project::Project;
use super::service::{HealthCheck, Service};
use crate::domain::stack::{BackupSource, Profile, StackService};
use crate::domain::{CheckId, CheckKind, CheckSpec, Safe, StackFile, StackOrigin, StackRef};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

impl Project {
    /// Enough to load the project again in another process.
    pub fn reference(&self) -> StackRef {
        StackRef {
            project: self.name.clone(),
            files: self.files.clone(),
            directory: Some(self.directory.clone()),
            env_files: self.env_files.clone(),
            profiles: self.profiles.clone(),
        }
    }

    /// Every file that it was made from, there or not: an edit of any of them, or its appearance, may change it.
    pub fn sources(&self) -> BTreeSet<PathBuf> {
        let mut sources = self.read.clone();
        sources.extend(self.env_files.iter().cloned());
        if self.env_files.is_empty() {
            sources.insert(self.directory.join(".env"));
        }
        let services = self.services.values().chain(self.disabled.values());
        sources.extend(services.flat_map(|service| &service.env_files).map(|file| PathBuf::from(&file.path)));
        sources
    }

    pub fn stack_file(&self, origin: StackOrigin) -> StackFile {
        StackFile {
            reference: self.reference(),
            origin,
            title: self.mcp.title.clone(),
            services: self.services.values().map(stack_service).collect(),
            checks: self.services.values().flat_map(|service| self.checks(service)).collect(),
            backup: self.backup_sources(),
            addresses: self.mcp.addresses.clone(),
            overlays: Vec::new(),
            profiles: self.declared_profiles(),
        }
    }

    /// Every profile that a service names, active or not.
    fn declared_profiles(&self) -> Vec<Profile> {
        let mut profiles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for service in self.services.values().chain(self.disabled.values()) {
            for profile in &service.profiles {
                profiles.entry(profile).or_default().push(service.name.clone());
            }
        }
        let profile = |(name, services): (&str, _)| Profile { name: name.to_owned(), services };
        profiles.into_iter().map(profile).collect()
    }

    /// Declared checks, and Docker's own verdict where the service has a health check.
    fn checks(&self, service: &Service) -> Vec<CheckSpec> {
        let health = service.declared_health_check();
        let docker = health.map(|health| CheckSpec {
            id: CheckId {
                stack: self.name.clone(),
                service: service.name.clone(),
                name: "docker".to_owned(),
            },
            kind: CheckKind::Docker,
            interval: health.interval.map_or(Duration::from_secs(30), |interval| interval.0),
            timeout: health.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0),
            // Docker has counted its own retries before it gives a verdict.
            fall: 1,
            rise: 1,
        });
        docker.into_iter().chain(service.mcp.checks.iter().cloned()).collect()
    }

    /// What `x-mcp.backup` declares, else every service that runs PostgreSQL's image.
    pub fn backup_sources(&self) -> Vec<BackupSource> {
        if !self.mcp.backup.is_empty() {
            return self.mcp.backup.clone();
        }
        let databases = self.services.values().filter(|service| is_postgres(&service.image));
        databases
            .map(|service| BackupSource::Postgres {
                service: service.name.clone(),
                database: None,
                user: None,
            })
            .collect()
    }
}

impl Service {
    /// The health check that the file declares, unless it switches it off.
    pub fn declared_health_check(&self) -> Option<&HealthCheck> {
        self.healthcheck.as_ref().filter(|health| {
            !health.disable
                && !health.test.is_empty()
                && health.test.first().is_none_or(|word| word != "NONE")
        })
    }
}

fn stack_service(service: &Service) -> StackService {
    StackService {
        name: service.name.clone(),
        image: Some(service.image.as_str()).filter(|image| !image.is_empty()).map(Safe::from),
        replicas: service.replicas(),
        depends_on: service.depends_on.keys().cloned().collect(),
    }
}

/// `postgres`, `postgres:15-alpine`, `registry/library/postgres@sha256:…`, and its well-known relatives.
pub fn is_postgres(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    matches!(name, "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb")
}
