//! The card's plans as rows: the stack's own steps, then a branch for each service, which can be folded.

use super::{Confirm, Phase};
use crate::domain::plan::Branch;
use crate::domain::{Plan, StepVerb};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The title of one of several parts.
    Part(usize),
    /// What a part is at, where it has no plan that could be shown.
    Note(usize),
    /// A service, by its place in the plan's outline.
    Branch { part: usize, branch: usize },
    Step {
        part: usize,
        step: usize,
        /// Under its branch.
        inside: bool,
    },
}

impl Row {
    pub fn part(self) -> usize {
        match self {
            Self::Part(part) | Self::Note(part) | Self::Branch { part, .. } | Self::Step { part, .. } => part,
        }
    }
}

impl Confirm {
    /// Makes the rows anew. `room` is how many there is room for: longer plans begin folded.
    pub(in crate::app) fn refresh(&mut self, room: usize) {
        let open = self.listed(&|_, _| true);
        let fits = open.len() <= room;
        let unfolded = &self.unfolded;
        let rows = self.listed(&|part, branch| unfolded.get(&(part, branch)).copied().unwrap_or(fits));
        let service = rows.iter().position(|row| matches!(row, Row::Branch { .. }));
        let begins = self.rows.keys().iter().all(|row| matches!(row, Row::Part(_) | Row::Note(_)));
        self.rows.set(rows);
        if let Some(service) = service.filter(|_| begins) {
            // What is for all stands above, and is seen without the cursor.
            self.rows.select(service);
        }
    }

    fn listed(&self, is_open: &dyn Fn(usize, usize) -> bool) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            if self.parts.len() > 1 {
                rows.push(Row::Part(index));
            }
            match &part.phase {
                Phase::Ready(plan) if !plan.is_empty() => {
                    for (place, branch) in plan.outline().iter().enumerate() {
                        add(&mut rows, index, place, branch, is_open(index, place));
                    }
                }
                Phase::Asking => {}
                Phase::Planning | Phase::Ready(_) | Phase::Failed(_) | Phase::Starting | Phase::Started => {
                    rows.push(Row::Note(index));
                }
            }
        }
        rows
    }

    pub fn plan(&self, part: usize) -> Option<&Plan> {
        match &self.parts.get(part)?.phase {
            Phase::Ready(plan) => Some(plan),
            Phase::Asking | Phase::Planning | Phase::Failed(_) | Phase::Starting | Phase::Started => None,
        }
    }

    /// Whether the steps of a branch stand under it; `None` for one that has none to show.
    pub fn is_open(&self, part: usize, branch: usize) -> Option<bool> {
        let row = Row::Branch { part, branch };
        let at = self.rows.keys().iter().position(|known| *known == row)?;
        let outline = self.plan(part)?.outline();
        can_fold(outline.get(branch)?)
            .then(|| matches!(self.rows.keys().get(at + 1), Some(Row::Step { inside: true, .. })))
    }

    /// Folds or unfolds the branch that the cursor is on or in. Says whether that changed anything.
    pub(in crate::app) fn fold(&mut self, open: bool, room: usize) -> bool {
        let Some(index) = self.rows.index() else { return false };
        let above = self.rows.keys()[..=index].iter().rev().find_map(|row| match row {
            Row::Branch { part, branch } => Some(Some((*part, *branch))),
            Row::Step { inside: true, .. } => None,
            Row::Step { inside: false, .. } | Row::Part(_) | Row::Note(_) => Some(None),
        });
        let Some((part, branch)) = above.flatten() else { return false };
        if self.is_open(part, branch) != Some(!open) {
            return false;
        }
        self.rows.select_key(&Row::Branch { part, branch });
        self.unfolded.insert((part, branch), open);
        self.refresh(room);
        true
    }

    /// The same for a row that was clicked on, whichever way it stands.
    pub(in crate::app) fn click(&mut self, index: usize, room: usize) {
        self.rows.select(index);
        if let Some(Row::Branch { part, branch }) = self.rows.keys().get(index).copied()
            && let Some(open) = self.is_open(part, branch)
        {
            self.fold(!open, room);
        }
    }
}

fn add(rows: &mut Vec<Row>, part: usize, place: usize, branch: &Branch, open: bool) {
    let steps = |inside| branch.steps.iter().map(move |step| Row::Step { part, step: *step, inside });
    if branch.service.is_none() {
        rows.extend(steps(false));
        return;
    }
    rows.push(Row::Branch { part, branch: place });
    if open && can_fold(branch) {
        rows.extend(steps(true));
    }
}

/// What only stays is said in one line.
fn can_fold(branch: &Branch) -> bool {
    branch.verb != StepVerb::Keep
}
