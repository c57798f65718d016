//! What the console needs of a project: its checks, its databases, its addresses.

use super::project::Project;
use super::service::{HealthCheck, Service};
use crate::domain::check::{Known, derived};
use crate::domain::stack::{Profile, StackService};
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
            backup_policy: self.mcp.backup.policy.clone(),
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

    /// Docker's own verdict where the service has a health check, and beside it what is named, else what is derived.
    fn checks(&self, service: &Service) -> Vec<CheckSpec> {
        let health = service.declared_health_check();
        let docker = health.map(|health| CheckSpec {
            interval: health.interval.map_or(Duration::from_secs(30), |interval| interval.0),
            timeout: health.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0),
            // Docker has counted its own retries before it gives a verdict.
            fall: 1,
            rise: 1,
            ..CheckSpec::new(
                CheckId {
                    stack: self.name.clone(),
                    service: service.name.clone(),
                    name: "docker".to_owned(),
                },
                CheckKind::Docker,
            )
        });
        let named = service.mcp.checks.clone().unwrap_or_else(|| self.derived_checks(service));
        docker.into_iter().chain(named).collect()
    }

    fn derived_checks(&self, service: &Service) -> Vec<CheckSpec> {
        let tcp = service.ports.iter().filter(|port| matches!(port.protocol.as_str(), "" | "tcp"));
        let published: Vec<u16> = tcp.map(|port| port.target).collect();
        derived(Known {
            stack: &self.name,
            service: &service.name,
            image: if service.runs_its_server() { &service.image } else { "" },
            published: &published,
            database_user: service.environment.get("POSTGRES_USER").and_then(|user| user.as_deref()),
        })
    }
}

impl Service {
    /// Whether it starts what its image is known for, and not a client of the same image that does its work and ends.
    pub(super) fn runs_its_server(&self) -> bool {
        let starts_with = |word: &str| {
            let program = word.rsplit('/').next().unwrap_or(word);
            word.starts_with('-')
                || matches!(program, "postgres" | "redis-server" | "valkey-server" | "server")
        };
        let command = self.command.as_deref().unwrap_or_default();
        self.entrypoint.is_none() && command.first().is_none_or(|word| starts_with(word))
    }

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
