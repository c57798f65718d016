//! Whose figures are on the screen, for a daemon that has to be asked for them; and those that are no news any more.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::hit::HitTarget;
use crate::app::pane::PaneId;
use crate::app::tree::Subject;
use crate::domain::ContainerId;
use std::collections::BTreeSet;

/// More rows than any screen has; beyond, they take their turn with those that nobody sees.
const MOST: usize = 64;

impl Turn<'_> {
    /// After each frame. Says something only when other containers are shown than before.
    pub(super) fn watch_figures(&mut self) {
        let asked = self.state.figures.asked() > 0;
        let seen = if asked { self.seen() } else { BTreeSet::new() };
        if self.state.derived.seen != seen {
            self.state.derived.seen.clone_from(&seen);
            // Without the daemon's figures nobody listens.
            if asked {
                self.effects.push(Effect::WatchFigures(seen.into_iter().collect()));
            }
        }
    }

    /// A stack's sum is of all its containers, and as old as the oldest of them: asking for all would spare nobody.
    fn seen(&self) -> BTreeSet<ContainerId> {
        let state = &*self.state;
        let rows = state.hits.targets.iter().filter_map(|(_, target)| {
            let HitTarget::Row { pane: PaneId::Services, index } = target else { return None };
            state.panes.services.list.keys().get(*index)
        });
        let narrow =
            rows.filter(|subject| matches!(subject, Subject::Service { .. } | Subject::Container(_)));
        let containers = narrow.flat_map(|subject| state.tree.containers_of(subject));
        containers.filter(|node| node.status.is_running()).map(|node| node.id.clone()).take(MOST).collect()
    }

    /// Figures that nothing followed are not shown as if they were of now.
    pub(super) fn expire_figures(&mut self) {
        if self.state.figures.expire(self.now) {
            self.state.tree.refresh_usage(&self.state.figures);
            self.redraw();
        }
    }
}
