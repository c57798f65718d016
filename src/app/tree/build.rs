//! Makes the tree of the facts.

use super::usage::Sum;
use super::{Condition, ContainerNode, ServiceNode, StackNode, Status, Tree, Usage, ports_text};
use crate::app::store::drift::DriftStore;
use crate::app::store::figures::FigureStore;
use crate::app::store::fleet::FleetStore;
use crate::app::store::stacks::StackStore;
use crate::domain::stack::StackService;
use crate::domain::{Container, Safe};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A stack that was in trouble stays in front for so long.
const TROUBLE_LASTS: SignedDuration = SignedDuration::from_secs(60);

/// The facts that the tree is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub fleet: &'a FleetStore,
    pub stacks: &'a StackStore,
    pub figures: &'a FigureStore,
    pub drift: &'a DriftStore,
}

#[derive(Default)]
struct Project<'a> {
    services: BTreeMap<&'a str, Vec<&'a Container>>,
}

impl Tree {
    pub fn rebuild(&mut self, sources: Sources<'_>, now: Timestamp) {
        let mut projects: BTreeMap<&str, Project<'_>> = BTreeMap::new();
        let mut loose = Vec::new();
        for file in sources.stacks.files() {
            projects.entry(&file.reference.project).or_default();
        }
        for container in sources.fleet.containers().values() {
            match &container.compose {
                Some(labels) => {
                    let project = projects.entry(&labels.project).or_default();
                    project.services.entry(&labels.service).or_default().push(container);
                }
                None => loose.push(container_node(container)),
            }
        }
        loose.sort_by(|a, b| a.name.cmp(&b.name));
        self.loose = loose;
        self.stacks =
            projects.into_iter().map(|(name, project)| stack_node(name, project, sources)).collect();
        self.sort(now);
        self.refresh_usage(sources.figures);
    }

    /// The figures alone are new.
    pub fn refresh_usage(&mut self, figures: &FigureStore) {
        let of = |node: &ContainerNode| {
            // What is not running uses nothing, and its last figures are no news.
            let known = figures.known(&node.id).filter(|_| node.status.is_running());
            known.map_or_else(Usage::default, Usage::of)
        };
        let mut all = Sum::default();
        for stack in &mut self.stacks {
            let mut of_stack = Sum::default();
            for service in &mut stack.services {
                let mut of_service = Sum::default();
                for node in &mut service.containers {
                    node.usage = of(node);
                    if node.status.is_running() {
                        of_service.add(node.usage);
                    }
                }
                service.usage = of_service.total();
                of_stack.add_all(of_service);
            }
            stack.usage = of_stack.total();
            all.add_all(of_stack);
        }
        for node in &mut self.loose {
            node.usage = of(node);
            if node.status.is_running() {
                all.add(node.usage);
            }
        }
        self.usage = all.total();
    }

    /// Stacks in trouble first, then those that exist, then those that are files only; by name within.
    fn sort(&mut self, now: Timestamp) {
        for stack in &self.stacks {
            if stack.condition <= Condition::Warning {
                self.troubled.insert(stack.project.clone(), now);
            }
        }
        self.troubled.retain(|_, last| now.duration_since(*last) < TROUBLE_LASTS);
        let troubled = &self.troubled;
        self.stacks.sort_by_key(|stack| {
            // Projects are unique, so the order is the same each time.
            (!troubled.contains_key(&stack.project), !stack.is_created, stack.project.clone())
        });
    }
}

fn stack_node(project: &str, found: Project<'_>, sources: Sources<'_>) -> StackNode {
    let file = sources.stacks.get(project);
    let declared = file.map_or(&[][..], |file| &file.services);
    let mut containers = found.services;
    let mut services: Vec<ServiceNode> = declared
        .iter()
        .map(|declared| {
            let own = containers.remove(declared.name.as_str()).unwrap_or_default();
            service_node(project, &declared.name, Some(declared), &own, sources)
        })
        .collect();
    services
        .extend(containers.iter().map(|(service, own)| service_node(project, service, None, own, sources)));
    services.sort_by(|a, b| a.service.cmp(&b.service));
    let is_created = services.iter().any(|service| !service.containers.is_empty());
    let condition = services.iter().map(|service| service.status.condition).min().unwrap_or(Condition::Idle);
    StackNode {
        project: project.to_owned(),
        name: Safe::new(project),
        title: file.and_then(|file| file.title.clone()),
        origin: file.map(|file| file.origin),
        services,
        condition,
        is_created,
        usage: Usage::default(),
    }
}

fn service_node(
    project: &str,
    service: &str,
    declared: Option<&StackService>,
    containers: &[&Container],
    sources: Sources<'_>,
) -> ServiceNode {
    let number = |container: &&Container| {
        let labels = container.compose.as_ref();
        (labels.is_some_and(|labels| labels.oneoff), labels.and_then(|labels| labels.number))
    };
    let mut containers = containers.to_vec();
    containers.sort_by(|a, b| number(a).cmp(&number(b)).then_with(|| a.name.cmp(&b.name)));
    // A container of `docker compose run` is shown with its service, but is none of its replicas.
    let replicas = || containers.iter().filter(|container| !number(container).0);
    let nodes: Vec<ContainerNode> = containers.iter().map(|container| container_node(container)).collect();
    let wanted = declared.map_or_else(|| replicas().count(), |declared| declared.replicas as usize);
    let running = replicas().filter(|container| container.state.serves()).count();
    let worst = replicas().map(|container| Status::of(container)).min_by_key(|status| {
        (status.condition, std::cmp::Reverse(status.restarts), std::cmp::Reverse(status.since))
    });
    let mut status = worst.unwrap_or_else(Status::not_created);
    if status.condition > Condition::Warning && running > 0 && running < wanted {
        status.condition = Condition::Warning;
    }
    ServiceNode {
        project: project.to_owned(),
        service: service.to_owned(),
        name: Safe::new(service),
        running,
        wanted,
        ports: ports_text(containers.iter().flat_map(|container| &container.ports)),
        image: declared
            .and_then(|declared| declared.image.clone())
            .or_else(|| containers.first().map(|container| container.image.clone())),
        // What is not there is neither in sync nor out of it.
        drift: sources.drift.get(project, service).filter(|_| !nodes.is_empty()),
        containers: nodes,
        status,
        usage: Usage::default(),
    }
}

fn container_node(container: &Container) -> ContainerNode {
    ContainerNode {
        id: container.id.clone(),
        name: container.name.clone(),
        tag: Safe::new(container.tag()),
        status: Status::of(container),
        ports: ports_text(&container.ports),
        usage: Usage::default(),
        image: container.image.clone(),
    }
}
