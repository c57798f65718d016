//! Which services of those that have containers are meant, and their containers.

use super::{Target, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, Fault, FaultKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The services that are meant, in the order of their dependencies.
pub(super) fn chosen(
    verb: &str,
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    edges: &graph::Edges,
) -> Result<Vec<String>, Fault> {
    graph::known(services, project, observed, verb)?;
    let named = named_or_all(observed, services);
    let without = named.iter().find(|service| observed.of_service(service).is_empty());
    if let Some(service) = without.or_else(|| named.is_empty().then_some(&observed.project)) {
        return Err(Fault::new(FaultKind::NotFound, verb, service.as_str())
            .because("it has no container")
            .hint("`up` creates it"));
    }
    Ok(graph::ordered(&named, edges))
}

/// Nothing named means every service that has a container.
pub(super) fn named_or_all(observed: &Observed, services: &[String]) -> BTreeSet<String> {
    if services.is_empty() {
        observed.services().into_iter().map(str::to_owned).collect()
    } else {
        services.iter().cloned().collect()
    }
}

pub(super) fn target(container: &Container) -> Target {
    Target::Existing { id: container.id.clone(), name: container.name.to_string() }
}

/// The service a container says it belongs to.
pub(super) fn service_of(container: &Container) -> &str {
    container.compose.as_ref().map_or("", |labels| labels.service.as_str())
}

pub(super) fn is_oneoff(container: &Container) -> bool {
    container.compose.as_ref().is_some_and(|labels| labels.oneoff)
}

/// The steps taken so far for services that need this one, which must be over before it goes.
pub(super) fn dependents(
    steps: &BTreeMap<String, Vec<usize>>,
    service: &str,
    edges: &graph::Edges,
) -> Vec<usize> {
    let dependents =
        steps.iter().filter(|(name, _)| edges.get(*name).is_some_and(|needed| needed.contains_key(service)));
    dependents.flat_map(|(_, steps)| steps.iter().copied()).collect()
}

/// The option as docker compose takes it, for the equivalent line.
pub(super) fn timeout_words(timeout: Option<u32>) -> Vec<String> {
    timeout.map(|seconds| vec!["-t".to_owned(), seconds.to_string()]).unwrap_or_default()
}

pub(super) fn duration(timeout: Option<u32>) -> Option<Duration> {
    timeout.map(|seconds| Duration::from_secs(u64::from(seconds)))
}
