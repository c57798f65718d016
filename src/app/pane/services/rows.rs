//! Which rows the tree has: what is unfolded, what a filter shows, and in which order.

use super::ServicesPane;
use crate::app::pattern::Pattern;
use crate::app::tree::{ContainerNode, ServiceNode, StackNode, Subject, Tree};
use crate::domain::Drift;

impl ServicesPane {
    pub(super) fn rows(&self, tree: &Tree) -> Rows<'_> {
        let filter = self.list.filter.as_ref();
        let mut rows = Rows { keys: Vec::new(), depths: Vec::new(), finds: Vec::new(), filter };
        let stack_of = |stack: &StackNode| Subject::Stack(stack.project.clone());
        for stack in self.sort.ordered(&tree.stacks, |stack| &stack.name, stack_of) {
            self.add_stack(stack, &mut rows);
        }
        self.add_loose(&tree.loose, &mut rows);
        rows
    }

    fn add_stack(&self, stack: &StackNode, rows: &mut Rows<'_>) {
        let subject = Subject::Stack(stack.project.clone());
        let own = rows.shows(&[&stack.name]);
        let filtered = rows.filter.is_some() && !own;
        let open = self.is_unfolded(&subject, stack.is_created);
        let at = rows.keys.len();
        rows.add(subject, 0, Find::of(own, stack.is_created));
        let mut any = own;
        for service in self.sort.ordered(&stack.services, |service| &service.name, service_subject) {
            any |= self.add_service(service, filtered, open, rows);
        }
        if !any {
            rows.truncate(at);
        }
    }

    /// Says whether the filter shows the service or one of its containers.
    fn add_service(&self, service: &ServiceNode, filtered: bool, open: bool, rows: &mut Rows<'_>) -> bool {
        let subject = service_subject(service);
        let drift = service.drift.map(Drift::word).unwrap_or_default();
        let own =
            !filtered || rows.shows(&[&service.name, service.image.as_deref().unwrap_or_default(), drift]);
        let containers = self.sort.ordered(&service.containers, |node| &node.name, container_subject);
        let within: Vec<&ContainerNode> =
            containers.iter().copied().filter(|node| filtered && rows.shows(&[&node.name])).collect();
        if filtered && !own && within.is_empty() {
            return false;
        }
        if !filtered && !open {
            return true;
        }
        let unfolded = self.is_unfolded(&subject, false);
        rows.add(subject, 1, Find::of(own, !service.containers.is_empty()));
        let shown: Vec<&ContainerNode> = match (unfolded, own) {
            (true, true) => containers,
            // A container is named after its service: it only stands out where the service did not match itself.
            (_, false) => within,
            (false, true) => Vec::new(),
        };
        for node in shown {
            rows.add(Subject::Container(node.id.clone()), 2, Find::Deployed);
        }
        true
    }

    fn add_loose(&self, loose: &[ContainerNode], rows: &mut Rows<'_>) {
        let sorted = self.sort.ordered(loose, |node| &node.name, container_subject);
        let shown: Vec<&ContainerNode> =
            sorted.into_iter().filter(|node| rows.shows(&[&node.name, &node.image])).collect();
        if shown.is_empty() {
            return;
        }
        rows.add(Subject::Loose, 0, Find::Around);
        if rows.filter.is_some() || self.is_unfolded(&Subject::Loose, true) {
            for node in shown {
                rows.add(Subject::Container(node.id.clone()), 1, Find::Deployed);
            }
        }
    }
}

pub(super) struct Rows<'a> {
    pub(super) keys: Vec<Subject>,
    pub(super) depths: Vec<u8>,
    pub(super) finds: Vec<Find>,
    filter: Option<&'a Pattern>,
}

/// Why a row is there while others are filtered out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Find {
    Deployed,
    NotDeployed,
    /// It stands above one that is looked for.
    Around,
}

impl Find {
    fn of(found: bool, deployed: bool) -> Self {
        match (found, deployed) {
            (false, _) => Self::Around,
            (true, true) => Self::Deployed,
            (true, false) => Self::NotDeployed,
        }
    }
}

impl Rows<'_> {
    fn shows(&self, texts: &[&str]) -> bool {
        self.filter.is_none_or(|pattern| texts.iter().any(|text| pattern.matches(text)))
    }

    fn add(&mut self, subject: Subject, depth: u8, find: Find) {
        self.keys.push(subject);
        self.depths.push(depth);
        self.finds.push(find);
    }

    fn truncate(&mut self, length: usize) {
        self.keys.truncate(length);
        self.depths.truncate(length);
        self.finds.truncate(length);
    }
}

fn service_subject(service: &ServiceNode) -> Subject {
    Subject::Service { project: service.project.clone(), service: service.service.clone() }
}

fn container_subject(node: &ContainerNode) -> Subject {
    Subject::Container(node.id.clone())
}
