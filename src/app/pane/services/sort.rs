//! The order of the rows. The tree stays a tree: stacks are sorted among stacks, services within their stack, replicas
//! within their service. What is not known comes last, whichever way round.
//!
//! Rows do not dance. What a row is sorted by follows its figure in about ten seconds, is looked at every five, and
//! stays as it was until the figure has left a band around it; equal ones stand as without an order.

use super::column::Column;
use crate::app::tree::Subject;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Ordering;
use std::collections::HashMap;

/// No sooner does a row change its place for its figures.
const APART: SignedDuration = SignedDuration::from_secs(5);
/// Of the way to a new figure, so much is gone each time.
const FOLLOWED: f64 = 0.4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub reversed: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sort {
    order: Option<Order>,
    measures: HashMap<Subject, Measure>,
    last: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    /// Follows the figure.
    smooth: f64,
    /// What the row is sorted by.
    held: f64,
}

impl Sort {
    pub fn order(&self) -> Option<Order> {
        self.order
    }

    /// Another order, or none: as the files have it. It is measured anew.
    pub fn set(&mut self, order: Option<Order>) {
        *self = Self { order, ..Self::default() };
    }

    /// By this column; by it already, the other way round.
    pub fn by(&mut self, column: Column) {
        let column = column.sorted();
        let reversed = self.order.is_some_and(|order| order.column == column && !order.reversed);
        self.set(Some(Order { column, reversed }));
    }

    pub fn reverse(&mut self) {
        if let Some(order) = &mut self.order {
            order.reversed = !order.reversed;
        }
    }

    /// On to the next of these columns; beyond the last and before the first there is no order.
    pub fn step(&mut self, forwards: bool, columns: &[Column]) {
        let mut columns: Vec<Column> = columns.iter().map(|column| column.sorted()).collect();
        columns.dedup();
        let here = self.order.and_then(|order| columns.iter().position(|column| *column == order.column));
        let next = match (here, forwards) {
            (None, true) => Some(0),
            (None, false) => columns.len().checked_sub(1),
            (Some(here), true) => Some(here + 1).filter(|next| *next < columns.len()),
            (Some(here), false) => here.checked_sub(1),
        };
        let column = next.and_then(|next| columns.get(next));
        self.set(column.map(|column| Order { column: *column, reversed: false }));
    }

    /// The column whose figures are to be told, if it is time.
    pub(super) fn is_due(&self, now: Timestamp) -> Option<Column> {
        let order = self.order?;
        let due = self.last.is_none_or(|last| {
            let passed = now.duration_since(last);
            passed >= APART || passed.is_negative()
        });
        due.then_some(order.column)
    }

    /// The figures of all rows as they are now.
    pub(super) fn measure(&mut self, figures: HashMap<Subject, f64>, now: Timestamp) {
        let Some(order) = self.order else { return };
        self.last = Some(now);
        let before = std::mem::take(&mut self.measures);
        let measured = figures.into_iter().map(|(subject, figure)| {
            let measure = before.get(&subject).map_or(Measure { smooth: figure, held: figure }, |measure| {
                measure.follow(figure, order.column.dead_band())
            });
            (subject, measure)
        });
        self.measures = measured.collect();
    }

    /// Puts rows that stand under the same one in order.
    pub(super) fn ordered<'n, T>(
        &self,
        nodes: &'n [T],
        name: impl Fn(&T) -> &str,
        subject: impl Fn(&T) -> Subject,
    ) -> Vec<&'n T> {
        let mut sorted: Vec<&T> = nodes.iter().collect();
        let Some(order) = self.order else { return sorted };
        let descending = order.reversed == order.column.begins_with_least();
        let turned = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
        if order.column == Column::Name {
            sorted.sort_by(|one, other| turned(name(one).cmp(name(other))));
            return sorted;
        }
        let held = |node: &T| self.measures.get(&subject(node)).map(|measure| measure.held);
        let mut keyed: Vec<(Option<f64>, &T)> = sorted.into_iter().map(|node| (held(node), node)).collect();
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) => turned(one.total_cmp(other)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        keyed.into_iter().map(|(_, node)| node).collect()
    }
}

impl Measure {
    fn follow(self, figure: f64, dead_band: Option<(f64, f64)>) -> Self {
        let Some((part, least)) = dead_band else { return Self { smooth: figure, held: figure } };
        let smooth = self.smooth + (figure - self.smooth) * FOLLOWED;
        let left = (smooth - self.held).abs() > (self.held.abs() * part).max(least);
        Self { smooth, held: if left { smooth } else { self.held } }
    }
}

#[cfg(test)]
mod tests;
