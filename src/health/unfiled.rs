//! The checks of stacks whose files cannot be read: what their containers alone tell.

use crate::domain::check::{Known, derived};
use crate::domain::{CheckId, CheckKind, CheckSpec, Container, ContainerState};
use std::collections::{BTreeMap, BTreeSet};

/// Docker's own verdict where it has one, and what image and published ports suggest. `filed` are the stacks whose
/// files say what to check.
pub fn unfiled<'fleet>(
    containers: impl IntoIterator<Item = &'fleet Container>,
    filed: &BTreeSet<&str>,
) -> Vec<CheckSpec> {
    let mut services: BTreeMap<(&str, &str), Vec<&Container>> = BTreeMap::new();
    for container in containers {
        if let Some(labels) = &container.compose
            && !labels.oneoff
            && !filed.contains(labels.project.as_str())
        {
            services.entry((&labels.project, &labels.service)).or_default().push(container);
        }
    }
    services.into_iter().flat_map(|((stack, service), containers)| of(stack, service, &containers)).collect()
}

fn of(stack: &str, service: &str, containers: &[&Container]) -> Vec<CheckSpec> {
    let docker = containers.iter().any(|container| container.health.is_some()).then(|| {
        let id = CheckId { stack: stack.to_owned(), service: service.to_owned(), name: "docker".to_owned() };
        // Docker has counted its own retries before it gives a verdict.
        CheckSpec { fall: 1, rise: 1, ..CheckSpec::new(id, CheckKind::Docker) }
    });
    let ports = containers.iter().flat_map(|container| &container.ports);
    let tcp = ports.filter(|port| port.protocol == "tcp" && port.host_port.is_some());
    let published: Vec<u16> = tcp.map(|port| port.container_port).collect();
    // A job that has done its work is not expected to answer, whatever its image is known for.
    let serves = containers.iter().any(|container| container.state != ContainerState::Exited);
    let image = containers.first().filter(|_| serves).map_or("", |container| container.image.as_str());
    let derived = derived(Known { stack, service, image, published: &published, database_user: None });
    docker.into_iter().chain(derived).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::PublishedPort;
    use crate::domain::{Health, Safe, fixtures};

    #[test]
    fn containers_tell_what_there_is_to_ask() {
        let port = |host_port| PublishedPort {
            host_address: None,
            host_port,
            container_port: 8001,
            protocol: "tcp".to_owned(),
        };
        let web =
            Container { ports: vec![port(Some(80)), port(None)], ..fixtures::replica("shop", "web", 1) };
        let second = Container { ports: vec![port(Some(81))], ..fixtures::replica("shop", "web", 2) };
        let cache = Container {
            image: Safe::new("redis:7-alpine"),
            health: Some(Health::Healthy),
            ..fixtures::replica("shop", "cache", 1)
        };
        let done = Container {
            image: Safe::new("postgres:15"),
            state: ContainerState::Exited,
            health: None,
            ..fixtures::replica("shop", "migrate", 1)
        };
        let filed = fixtures::replica("known", "web", 1);
        let all = [web, second, cache, done, filed];
        let specs = unfiled(&all, &BTreeSet::from(["known"]));
        let told: Vec<String> =
            specs.iter().map(|spec| format!("{} {}", spec.id.service, spec.kind.label())).collect();
        let docker = specs.iter().filter(|spec| spec.kind == CheckKind::Docker).count();
        assert!(told.contains(&"cache docker".to_owned()) && docker >= 1, "{told:?}");
        let derived: Vec<&String> = told.iter().filter(|told| !told.ends_with("docker")).collect();
        assert_eq!(derived, ["cache redis 6379", "web tcp 8001"]);
        assert!(specs.iter().all(|spec| spec.kind == CheckKind::Docker || spec.asks_replicas()));
    }
}
