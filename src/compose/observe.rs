//! What the Engine has of a project.

mod configuration;
mod files;

pub use configuration::Configuration;
pub use files::Missing;

use super::file::Project;
use super::hash::Flavour;
use super::neighbour;
use crate::domain::resources::{Image, Network, Volume};
use crate::domain::{Builder, Container, ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use futures_util::StreamExt;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How many containers are inspected at a time.
const INSPECTED_AT_ONCE: usize = 8;

/// A snapshot. Plans are made from nothing else.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    pub project: String,
    /// The project's containers with their details. What has no config hash was not made by a Compose tool (an image
    /// may carry the label) and is not among them.
    pub containers: Vec<Container>,
    /// Everybody else's containers.
    pub others: Vec<Container>,
    pub networks: Vec<Network>,
    pub volumes: Vec<Volume>,
    /// By reference, as far as the project's services name them; only what is there.
    pub images: BTreeMap<String, Image>,
    /// Of containers that are out of date, all that the Engine says; missing where it could not be had.
    pub configurations: BTreeMap<ContainerId, Configuration>,
    pub missing: Missing,
    /// Keys of `x-mcp` whose commands did not end well when they were due.
    pub outstanding: BTreeSet<String>,
    /// Those whose commands have ended well since they were last planned. They count only for an update that goes on.
    pub done: BTreeSet<String>,
    /// The update whose old containers are kept until somebody accepts it.
    pub kept: Option<Kept>,
    /// By service, the image that it is to run, whatever its reference leads to now: that of an earlier deploy.
    pub pinned: BTreeMap<String, Image>,
    /// They were pulled and built just now, as far as that was to be done.
    pub images_provided: bool,
    /// When all this was so.
    pub looked_at: Timestamp,
    /// The version of docker compose that a new project is made for.
    pub neighbour: Option<String>,
    /// The API version agreed with the daemon.
    pub api_version: (usize, usize),
    /// What images are built with; asked only where any can be built.
    pub builder: Builder,
}

/// An update that waits to be accepted. The Engine does not know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its number among the stack's deploys.
    pub deploy: u64,
    pub since: Timestamp,
}

/// Looks at a project; with its files at hand, at its images too. What is outstanding, and what is done, the Engine does not know.
pub async fn observe(engine: &Engine, name: &str, project: Option<&Project>) -> Result<Observed, Fault> {
    let (all, networks, volumes, images, builder) = tokio::try_join!(
        engine.containers(None),
        engine.networks(),
        engine.volumes(),
        images(engine, project),
        builder(engine, project)
    )?;
    let (mine, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|container| {
        container
            .compose
            .as_ref()
            .is_some_and(|labels| labels.project == name && labels.config_hash.is_some())
    });
    let mut inspected = futures_util::stream::iter(mine)
        .map(|container| async move { (engine.inspect(&container.id).await, container) })
        .buffered(INSPECTED_AT_ONCE);
    let mut containers = Vec::new();
    while let Some((answer, listed)) = inspected.next().await {
        match answer {
            // The labels decide; a list and an inspect tell the same ones.
            Ok(container) => containers.push(container),
            Err(fault) if fault.kind == FaultKind::NotFound => {
                log::debug!("{} went away while it was looked at", listed.name);
            }
            Err(fault) => return Err(fault),
        }
    }
    let configurations = configuration::configurations(engine, project, &containers).await;
    Ok(Observed {
        project: name.to_owned(),
        neighbour: neighbour::version(&others),
        containers,
        configurations,
        others,
        networks,
        volumes,
        images,
        missing: files::missing(engine, project).await,
        pinned: BTreeMap::new(),
        images_provided: false,
        outstanding: BTreeSet::new(),
        done: BTreeSet::new(),
        kept: None,
        looked_at: Timestamp::now(),
        api_version: engine.api_version(),
        builder,
    })
}

async fn builder(engine: &Engine, project: Option<&Project>) -> Result<Builder, Fault> {
    let builds = project.is_some_and(|project| {
        project.services.values().chain(project.disabled.values()).any(|service| service.build.is_some())
    });
    if builds { engine.builder().await } else { Ok(Builder::default()) }
}

async fn images(engine: &Engine, project: Option<&Project>) -> Result<BTreeMap<String, Image>, Fault> {
    let mut images = BTreeMap::new();
    let Some(project) = project else { return Ok(images) };
    for service in project.services.values().chain(project.disabled.values()) {
        let reference = service.image_name(&project.name);
        if images.contains_key(&reference) {
            continue;
        }
        if let Some(image) = engine.image(&reference).await? {
            images.insert(reference, image);
        }
    }
    Ok(images)
}

impl Observed {
    /// The containers of a service that run as part of it, by number.
    pub fn of_service(&self, service: &str) -> Vec<&Container> {
        let mut containers: Vec<&Container> = self
            .containers
            .iter()
            .filter(|container| {
                container.compose.as_ref().is_some_and(|labels| labels.service == service && !labels.oneoff)
            })
            .collect();
        containers.sort_by_key(|container| number(container));
        containers
    }

    /// The images that the project's services of this reference are to run; several where they were deployed one by one.
    pub fn pinned_to<'seen>(
        &'seen self,
        project: &Project,
        reference: &str,
    ) -> BTreeMap<&'seen str, &'seen Image> {
        let of = self.pinned.iter().filter(|(service, _)| {
            project.service(service).is_some_and(|service| service.image_name(&project.name) == reference)
        });
        of.map(|(_, image)| (image.id.as_str(), image)).collect()
    }

    /// The version of docker compose that made the service's containers, else the project's, as far as its hashes are
    /// known, else that which works beside us: it is to know new ones too.
    pub fn version_beside(&self, service: &str) -> Option<&str> {
        let own = self.of_service(service);
        let mut versions = own
            .into_iter()
            .chain(&self.containers)
            .filter_map(|container| container.compose.as_ref()?.version.as_deref());
        versions.find(|version| Flavour::of_version(version).is_some()).or(self.neighbour.as_deref())
    }

    /// The services that have containers.
    pub fn services(&self) -> Vec<&str> {
        let labels = self.containers.iter().filter_map(|container| container.compose.as_ref());
        let mut services: Vec<&str> =
            labels.filter(|labels| !labels.oneoff).map(|labels| labels.service.as_str()).collect();
        services.sort_unstable();
        services.dedup();
        services
    }
}

/// The container's number within its service; 0 when its label is missing.
pub fn number(container: &Container) -> u32 {
    container.compose.as_ref().and_then(|labels| labels.number).unwrap_or(0)
}
