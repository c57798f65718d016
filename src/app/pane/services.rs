//! Pane 1: the service tree.

mod column;
mod graphs;
mod measure;
mod rows;
mod sort;

pub use column::Column;
pub use graphs::{Graphs, Series};
pub use measure::Standing;
pub use sort::{Order, Sort};

use super::List;
use crate::app::pattern::Pattern;
use crate::app::tree::{Subject, Tree};
use jiff::Timestamp;
use rows::{Find, Rows};
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
    sort: Sort,
    /// Whether graphs are shown below the rows; `None` while nobody said, and there is room or not.
    pub graphs_wanted: Option<bool>,
    /// What they show, made when figures come.
    pub graphs: Option<Graphs>,
}

impl ServicesPane {
    /// The rows, anew.
    pub fn refresh(&mut self, tree: &Tree) -> bool {
        let Rows { keys, depths, .. } = self.rows(tree);
        let before = self.marked.len();
        let unfolded = &self.unfolded;
        self.marked.retain(|subject| exists(tree, subject) && !is_stowed(tree, subject, unfolded));
        self.depths = depths;
        let changed = self.list.set(keys);
        changed || before != self.marked.len()
    }

    pub fn order(&self) -> Option<Order> {
        self.sort.order()
    }

    /// Gives the rows another order. The cursor stays on its row.
    pub fn sort(&mut self, change: impl FnOnce(&mut Sort), standing: Standing<'_>, now: Timestamp) {
        change(&mut self.sort);
        self.measure(standing, now);
        self.refresh(standing.tree);
    }

    /// New figures may give the rows other places. Says whether they did.
    pub fn measure(&mut self, standing: Standing<'_>, now: Timestamp) -> bool {
        let Some(column) = self.sort.is_due(now) else { return false };
        self.sort.measure(standing.figures(column), now);
        self.refresh(standing.tree)
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
}

/// Whether it is a service of a stack that was taken down and has folded up by that: its row went off the screen without
/// anybody's doing, and whatever is done to what is marked must not reach it.
fn is_stowed(tree: &Tree, subject: &Subject, unfolded: &BTreeMap<Subject, bool>) -> bool {
    let Subject::Service { project, .. } = subject else { return false };
    let is_created = tree.stack(project).is_some_and(|stack| stack.is_created);
    !is_created && !unfolded.contains_key(&Subject::Stack(project.clone()))
}

fn exists(tree: &Tree, subject: &Subject) -> bool {
    match subject {
        Subject::Stack(project) => tree.stack(project).is_some(),
        Subject::Service { project, service } => tree.service(project, service).is_some(),
        Subject::Container(id) => tree.container(id).is_some(),
        Subject::Loose => true,
    }
}
