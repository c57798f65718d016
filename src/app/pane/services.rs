//! Pane 1: the service tree.

use super::List;
use crate::app::pattern::Pattern;
use crate::app::tree::{ContainerNode, ServiceNode, StackNode, Subject, Tree};
use crate::domain::Drift;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServicesPane {
    pub list: List<Subject>,
    /// For each row of the list, how deep it stands in the tree.
    depths: Vec<u8>,
    /// Stacks and services that the operator unfolded or folded: they stay so, whatever becomes of them. The others
    /// are as they are by themselves.
    unfolded: BTreeMap<Subject, bool>,
    marked: BTreeSet<Subject>,
}

impl ServicesPane {
    /// The rows, anew.
    pub fn refresh(&mut self, tree: &Tree) -> bool {
        let Rows { keys, depths, .. } = self.rows(tree);
        let before = self.marked.len();
        self.marked.retain(|subject| exists(tree, subject));
        self.depths = depths;
        let changed = self.list.set(keys);
        changed || before != self.marked.len()
    }

    /// Looks for other rows. The cursor stays where it is if that is one of them. Else it goes to the first, in what is
    /// deployed before what is not: the next key must not act on a stack that nobody had in mind.
    pub fn filter(&mut self, pattern: Option<Pattern>, tree: &Tree) {
        let before = self.list.selected().cloned();
        self.list.filter_by(pattern);
        self.refresh(tree);
        if self.list.filter.is_none() {
            return;
        }
        let finds = self.rows(tree).finds;
        let here = self.list.index().and_then(|index| finds.get(index));
        if before.as_ref() == self.list.selected() && here.is_some_and(|find| *find != Find::Around) {
            return;
        }
        let first = |wanted: Find| finds.iter().position(|find| *find == wanted);
        if let Some(index) = first(Find::Deployed).or_else(|| first(Find::NotDeployed)) {
            self.list.select(index);
        }
    }

    pub fn depth(&self, index: usize) -> u8 {
        self.depths.get(index).copied().unwrap_or(0)
    }

    pub fn is_marked(&self, subject: &Subject) -> bool {
        self.marked.contains(subject)
    }

    pub fn marked(&self) -> impl ExactSizeIterator<Item = &Subject> {
        self.marked.iter()
    }

    pub fn clear_marks(&mut self) -> bool {
        !std::mem::take(&mut self.marked).is_empty()
    }

    /// Marks the selected row, or takes its mark away, and goes on to the next.
    pub fn mark(&mut self) {
        let Some(subject) = self.list.selected().filter(|subject| **subject != Subject::Loose).cloned()
        else {
            return;
        };
        if !self.marked.remove(&subject) {
            self.marked.insert(subject);
        }
        self.list.go(super::Motion::Down, usize::MAX);
    }

    /// Whether the row's children are shown; `None` for a row that can have none.
    pub fn is_open(&self, subject: &Subject, tree: &Tree) -> Option<bool> {
        let by_itself = match subject {
            Subject::Stack(project) => tree.stack(project)?.is_created,
            Subject::Service { project, service } => {
                if tree.service(project, service)?.containers.is_empty() {
                    return None;
                }
                false
            }
            Subject::Loose => true,
            Subject::Container(_) => return None,
        };
        Some(self.is_unfolded(subject, by_itself))
    }

    /// Folds or unfolds the selected row. Says whether it was the other way before.
    pub fn fold(&mut self, open: bool, tree: &Tree) -> bool {
        let Some(subject) = self.list.selected().cloned() else { return false };
        if self.is_open(&subject, tree) != Some(!open) {
            return false;
        }
        self.unfolded.insert(subject, open);
        self.refresh(tree);
        true
    }

    /// To the row that the selected one stands under.
    pub fn go_to_parent(&mut self) -> bool {
        let Some(index) = self.list.index() else { return false };
        let depth = self.depth(index);
        let parent = (0..index).rev().find(|above| self.depth(*above) < depth);
        if let Some(parent) = parent {
            self.list.select(parent);
        }
        parent.is_some()
    }

    /// Unfolds what stands above the subject and selects it.
    pub fn reveal(&mut self, subject: &Subject, tree: &Tree) -> bool {
        self.list.filter = None;
        for stack in &tree.stacks {
            for service in &stack.services {
                let own =
                    Subject::Service { project: stack.project.clone(), service: service.service.clone() };
                let holds = matches!(subject, Subject::Container(id)
                    if service.containers.iter().any(|node| node.id == *id));
                if holds || own == *subject {
                    self.open(&Subject::Stack(stack.project.clone()), tree);
                }
                if holds {
                    self.open(&own, tree);
                }
            }
        }
        if matches!(subject, Subject::Container(id) if tree.loose.iter().any(|node| node.id == *id)) {
            self.open(&Subject::Loose, tree);
        }
        self.refresh(tree);
        self.list.select_key(subject)
    }

    fn open(&mut self, subject: &Subject, tree: &Tree) {
        if self.is_open(subject, tree) == Some(false) {
            self.unfolded.insert(subject.clone(), true);
        }
    }

    fn is_unfolded(&self, subject: &Subject, by_itself: bool) -> bool {
        self.unfolded.get(subject).copied().unwrap_or(by_itself)
    }

    fn rows(&self, tree: &Tree) -> Rows<'_> {
        let filter = self.list.filter.as_ref();
        let mut rows = Rows { keys: Vec::new(), depths: Vec::new(), finds: Vec::new(), filter };
        for stack in &tree.stacks {
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
        for service in &stack.services {
            any |= self.add_service(service, filtered, open, rows);
        }
        if !any {
            rows.truncate(at);
        }
    }

    /// Says whether the filter shows the service or one of its containers.
    fn add_service(&self, service: &ServiceNode, filtered: bool, open: bool, rows: &mut Rows<'_>) -> bool {
        let subject = Subject::Service { project: service.project.clone(), service: service.service.clone() };
        let drift = service.drift.map(Drift::word).unwrap_or_default();
        let own =
            !filtered || rows.shows(&[&service.name, service.image.as_deref().unwrap_or_default(), drift]);
        let within: Vec<&ContainerNode> =
            service.containers.iter().filter(|node| filtered && rows.shows(&[&node.name])).collect();
        if filtered && !own && within.is_empty() {
            return false;
        }
        if !filtered && !open {
            return true;
        }
        let unfolded = self.is_unfolded(&subject, false);
        rows.add(subject, 1, Find::of(own, !service.containers.is_empty()));
        let shown: Vec<&ContainerNode> = match (unfolded, own) {
            (true, true) => service.containers.iter().collect(),
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
        let shown: Vec<&ContainerNode> =
            loose.iter().filter(|node| rows.shows(&[&node.name, &node.image])).collect();
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

struct Rows<'a> {
    keys: Vec<Subject>,
    depths: Vec<u8>,
    finds: Vec<Find>,
    filter: Option<&'a Pattern>,
}

/// Why a row is there while others are filtered out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Find {
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

fn exists(tree: &Tree, subject: &Subject) -> bool {
    match subject {
        Subject::Stack(project) => tree.stack(project).is_some(),
        Subject::Service { project, service } => tree.service(project, service).is_some(),
        Subject::Container(id) => tree.container(id).is_some(),
        Subject::Loose => true,
    }
}
