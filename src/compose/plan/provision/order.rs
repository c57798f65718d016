//! What a pull, a build or a push is to do, worked out from the service.

use super::given::{AdditionalContext, BuildSecretSource, contexts, entitlements, named, secrets};
use super::refuse::refuse;
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Builder, Fault, FaultKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pull {
    pub reference: String,
    pub service: String,
    pub platform: Option<String>,
    /// A failure ends nothing: the image can be built, or is there.
    pub optional: bool,
    pub quiet: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Push {
    pub reference: String,
    pub optional: bool,
    pub quiet: bool,
}

/// How an image comes from a Dockerfile. Values of arguments may be secret.
#[expect(clippy::struct_excessive_bools, reason = "these are the switches that a build has")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Build {
    pub reference: String,
    pub service: String,
    pub builder: Builder,
    pub source: BuildSource,
    pub tags: Vec<String>,
    pub args: BTreeMap<String, Option<String>>,
    pub labels: BTreeMap<String, String>,
    pub cache_from: Vec<String>,
    pub target: String,
    pub network: String,
    /// In bytes.
    pub shm_size: Option<u64>,
    pub memory: Option<u64>,
    /// `host:address`
    pub extra_hosts: Vec<String>,
    /// Name, soft and hard limit.
    pub ulimits: Vec<(String, i64, i64)>,
    pub isolation: String,
    pub platform: String,
    pub pull: bool,
    pub no_cache: bool,
    /// Stages that are built anew.
    pub no_cache_filter: Vec<String>,
    pub cache_to: Vec<String>,
    pub entitlements: Vec<String>,
    /// Besides the service's own, by name.
    pub contexts: BTreeMap<String, AdditionalContext>,
    /// By the name that a step mounts it by.
    pub secrets: BTreeMap<String, BuildSecretSource>,
    /// By name, the socket of an agent of SSH; empty is the one of the environment.
    pub agents: BTreeMap<String, String>,
    pub quiet: bool,
    /// Nothing is done when an earlier step has pulled it.
    pub only_if_missing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildSource {
    Directory {
        path: PathBuf,
        dockerfile: String,
        inline: String,
    },
    /// An address that the daemon fetches the context from.
    Remote {
        address: String,
        dockerfile: String,
        inline: String,
    },
}

impl Default for BuildSource {
    fn default() -> Self {
        Self::Directory { path: PathBuf::new(), dockerfile: String::new(), inline: String::new() }
    }
}

pub fn pull(project: &Project, service: &Service) -> Pull {
    Pull {
        reference: service.image_name(&project.name),
        service: service.name.clone(),
        platform: Some(service.platform.clone()).filter(|platform| !platform.is_empty()),
        ..Pull::default()
    }
}

pub fn build(project: &Project, service: &Service, observed: &Observed) -> Result<Build, Fault> {
    let Some(build) = &service.build else {
        return Err(Fault::new(FaultKind::Invalid, "build the service", service.name.as_str())
            .because("it has no `build`")
            .hint("its image can only be pulled"));
    };
    refuse(project, service, build, observed)?;
    let reference = service.image_name(&project.name);
    let mut tags = vec![reference.clone()];
    tags.extend(build.tags.iter().filter(|tag| **tag != reference).cloned());
    let platform = Some(&service.platform).filter(|platform| !platform.is_empty());
    let bytes = u64::try_from(build.shm_size.0).ok().filter(|bytes| *bytes > 0);
    let dockerfile = build.dockerfile.clone();
    Ok(Build {
        service: service.name.clone(),
        // Directories are absolute; what is not is an address that only the daemon can make something of.
        source: if Path::new(&build.context).is_absolute() {
            let path = PathBuf::from(&build.context);
            BuildSource::Directory { path, dockerfile, inline: build.dockerfile_inline.clone() }
        } else {
            let inline = build.dockerfile_inline.clone();
            BuildSource::Remote { address: build.context.clone(), dockerfile, inline }
        },
        builder: observed.builder,
        tags,
        args: build.args.clone(),
        labels: labels(&build.labels, observed.builder),
        cache_from: build.cache_from.clone(),
        target: build.target.clone(),
        network: build.network.clone(),
        shm_size: bytes,
        extra_hosts: build.extra_hosts.iter().map(|host| host.replacen('=', ":", 1)).collect(),
        ulimits: build.ulimits.iter().map(|(name, limit)| (name.clone(), limit.soft, limit.hard)).collect(),
        isolation: build.isolation.clone(),
        platform: platform.or(build.platforms.first()).cloned().unwrap_or_default(),
        pull: build.pull,
        no_cache: build.no_cache,
        no_cache_filter: build.no_cache_filter.clone(),
        cache_to: build.cache_to.clone(),
        entitlements: entitlements(build),
        contexts: contexts(project, build),
        secrets: secrets(project, build),
        agents: build.ssh.iter().map(|agent| named(agent)).collect(),
        reference,
        ..Build::default()
    })
}

/// By this label docker compose knows an image that its own use of the same builder made. Each label is a step of the
/// build, and those that name the project would be on every container that anybody makes from the image.
fn labels(own: &BTreeMap<String, String>, builder: Builder) -> BTreeMap<String, String> {
    let mut labels = own.clone();
    if builder == Builder::Classic {
        labels.insert("com.docker.compose.image.builder".to_owned(), "classic".to_owned());
    }
    labels
}
