//! What is new since the deployment: the logs, each kind of line once.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::message::LogBatch;
use crate::app::pane::{List, PaneId};
use crate::app::pattern::Pattern;
use crate::app::store::logs::Shift;
use crate::app::store::patterns::LinePattern;
use crate::domain::{ContainerId, Safe};

/// Lines read at a time: a few milliseconds.
const READ_AT_ONCE: u64 = 5_000;

impl Turn<'_> {
    pub(super) fn toggle_patterns(&mut self) {
        if self.state.panes.patterns.is_open {
            self.close_patterns();
        } else {
            self.state.panes.patterns.is_open = true;
            self.state.panes.patterns.list = List::default();
            self.attend_patterns();
        }
    }

    /// Says whether they were open.
    pub(super) fn close_patterns(&mut self) -> bool {
        self.state.patterns.stop();
        std::mem::take(&mut self.state.panes.patterns.is_open)
    }

    /// Begins anew when another subject's lines come. Called after every message, and nearly always does nothing.
    pub(super) fn attend_patterns(&mut self) {
        let generation = self.state.panes.logs.generation;
        if self.state.panes.patterns.is_open && !self.state.patterns.is_of(generation) {
            self.state.patterns.begin(generation, &self.state.logs);
            self.read_patterns();
        }
    }

    /// Takes in what comes, before it goes into the ring.
    pub(super) fn note_patterns(&mut self, batch: &LogBatch) {
        if self.state.patterns.is_on() {
            let tree = &self.state.tree;
            let tag = |id: &ContainerId| {
                tree.container(id).map_or_else(|| Safe::new(id.short()), |node| node.tag.clone())
            };
            self.state.patterns.apply(batch, &self.state.logs, tag);
        }
    }

    pub(super) fn hold_patterns(&mut self, shift: &Shift) {
        self.state.patterns.hold(shift);
    }

    /// The next part of the lines that are held, and what follows for the rows.
    pub(super) fn read_patterns(&mut self) {
        if !self.state.panes.patterns.is_open {
            return;
        }
        if self.state.patterns.is_behind(&self.state.logs) {
            self.state.patterns.read_on(&self.state.logs, READ_AT_ONCE);
            if self.state.patterns.is_behind(&self.state.logs) {
                self.effects.push(Effect::Wake { milliseconds: 0 });
            }
        }
        let subjects = self.state.panes.logs.subjects();
        let since = subjects.iter().filter_map(|subject| self.state.deployed_at(subject)).max();
        self.state.panes.patterns.since = since;
        self.state.panes.patterns.refresh(&self.state.patterns);
        self.redraw();
    }

    pub(super) fn selected_pattern(&self) -> Option<&LinePattern> {
        let pane = &self.state.panes.patterns;
        pane.list.selected().filter(|_| pane.is_open).and_then(|id| self.state.patterns.get(*id))
    }

    /// Back to the lines, and to the newest one of the selected kind.
    pub(super) fn open_pattern(&mut self) {
        let Some(pattern) = self.selected_pattern() else { return };
        let (wanted, last) = (pattern.search(), pattern.last);
        self.close_patterns();
        self.state.zoomed = true;
        self.set_filter(PaneId::Logs, wanted.as_deref().and_then(Pattern::new));
        let logs = &self.state.logs;
        // Another kind may have the searched words too, so the time tells which line it is.
        let newest = last.and_then(|last| logs.since(last));
        let found = if logs.searched().is_some() {
            let exact = newest.and_then(|newest| logs.match_after(newest.saturating_sub(1)));
            exact.or_else(|| logs.match_before(logs.end()))
        } else {
            newest
        };
        self.jump_to(found);
    }
}
