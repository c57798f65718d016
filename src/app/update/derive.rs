//! What follows from the facts: the tree, the findings, the panes' rows. Facts can come a thousand at a time, so
//! this is done at most so often, and always before a key is obeyed.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::store::fleet::Connection;
use crate::app::tree::Sources;
use crate::triage::{self, Facts};
use jiff::SignedDuration;

/// Twice in this time nothing is derived.
const APART: SignedDuration = SignedDuration::from_millis(30);

impl Turn<'_> {
    /// Facts that the tree is made of have changed.
    pub(super) fn tree_changed(&mut self) {
        self.state.derived.tree_is_due = true;
        self.findings_changed();
    }

    /// Facts that findings are drawn from have changed.
    pub(super) fn findings_changed(&mut self) {
        self.state.derived.findings_are_due = true;
        let due = self.state.derived.last.is_none_or(|last| {
            let passed = self.now.duration_since(last);
            passed >= APART || passed.is_negative()
        });
        if due {
            self.derive();
        } else if !std::mem::replace(&mut self.state.derived.wake_is_due, true) {
            self.effects.push(Effect::Wake { milliseconds: APART.as_millis().unsigned_abs() as u64 });
        }
    }

    pub(super) fn derive(&mut self) {
        let state = &mut *self.state;
        if !state.derived.tree_is_due && !state.derived.findings_are_due {
            return;
        }
        state.derived.last = Some(self.now);
        if std::mem::take(&mut state.derived.tree_is_due) {
            let sources = Sources { fleet: &state.fleet, stacks: &state.stacks, figures: &state.figures };
            state.tree.rebuild(sources, self.now);
            state.panes.services.refresh(&state.tree);
            state.dirty = true;
        }
        if std::mem::take(&mut state.derived.findings_are_due) {
            let daemon = match state.fleet.connection() {
                Connection::Lost { fault, .. } => Some(fault),
                Connection::Connecting | Connection::Connected => None,
            };
            let found = triage::findings(&Facts {
                containers: state.fleet.containers().values().collect(),
                checks: state.health.reports().collect(),
                gpus: state.gpus.sample(),
                host: state.host.sample(),
                daemon,
                now: self.now,
            });
            if state.findings.apply(found) {
                state.panes.findings.refresh(&state.findings);
                state.dirty = true;
            }
        }
    }
}
