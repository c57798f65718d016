//! What follows from the facts: the tree, the findings, the panes' rows. Facts can come a thousand at a time, so
//! this is done at most so often, and always before a key is obeyed.

use super::Turn;
use crate::app::effect::Effect;
use crate::app::pane::services::Standing;
use crate::app::state::Due;
use crate::app::store::fleet::Connection;
use crate::app::tree::Sources;
use crate::domain::ContainerId;
use crate::domain::succession::replaced;
use crate::triage::{self, Facts};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// What stood before has nothing to do with what was done of late.
const RECENT: SignedDuration = SignedDuration::from_hours(2);
/// What comes and goes by time alone does so within this.
const AGES: SignedDuration = SignedDuration::from_secs(2);
/// Twice in this time nothing is derived.
const APART_MILLISECONDS: u32 = 30;

impl Turn<'_> {
    /// Facts that the tree is made of have changed.
    pub(super) fn tree_changed(&mut self) {
        self.changed(Due::Tree);
    }

    /// Facts that findings are drawn from have changed.
    pub(super) fn findings_changed(&mut self) {
        self.changed(Due::Findings);
    }

    /// How long something has lasted is a fact as well.
    pub(super) fn findings_age(&mut self) {
        let passed = self.state.derived.last.map(|last| self.now.duration_since(last));
        if passed.is_none_or(|passed| passed >= AGES || passed.is_negative()) {
            self.findings_changed();
        }
    }

    fn changed(&mut self, what: Due) {
        self.state.derived.due = self.state.derived.due.max(what);
        let due = self.state.derived.last.is_none_or(|last| {
            let passed = self.now.duration_since(last);
            passed >= SignedDuration::from_millis(APART_MILLISECONDS.into()) || passed.is_negative()
        });
        if due {
            self.derive();
        } else if !std::mem::replace(&mut self.state.derived.wake_is_due, true) {
            self.effects.push(Effect::Wake { milliseconds: APART_MILLISECONDS.into() });
        }
    }

    pub(super) fn derive(&mut self) {
        let state = &mut *self.state;
        let due = std::mem::take(&mut state.derived.due);
        if due == Due::Nothing {
            return;
        }
        state.derived.last = Some(self.now);
        if due == Due::Tree {
            let sources = Sources {
                fleet: &state.fleet,
                stacks: &state.stacks,
                figures: &state.figures,
                drift: &state.drift,
            };
            state.tree.rebuild(sources, self.now);
            state.panes.services.refresh(&state.tree);
            let standing = Standing { tree: &state.tree, health: &state.health, gpus: &state.gpus };
            state.panes.services.measure(standing, self.now);
            state.panes.health.refresh(&state.health, &state.tree);
            state.derived.streams_are_due = true;
            state.dirty = true;
        }
        let daemon = match state.fleet.connection() {
            Connection::Lost { fault, .. } => Some(fault),
            Connection::Connecting | Connection::Connected => None,
        };
        let tree = &state.tree;
        let checks = state.health.reports().filter(|report| !tree.is_only_offered(&report.id.stack));
        let containers = state.fleet.containers();
        let readings = containers.keys().filter_map(|id| Some((id, state.figures.get(id)?)));
        let disks = state.host.sample().map(|host| host.disks.as_slice()).unwrap_or_default();
        let full_in =
            disks.iter().filter_map(|disk| Some((disk.mount_point.as_str(), state.host.full_in(disk)?)));
        let runs = state.timeline.runs();
        let mut ends: HashMap<&ContainerId, Vec<Timestamp>> = HashMap::new();
        for (container, _, end) in &runs {
            ends.entry(container).or_default().push(*end);
        }
        // What was seen here counts more.
        let told_runs = runs.iter().filter_map(|(id, start, end)| Some((*id, ((*start)?, *end))));
        // What an update has kept to go back to lacks nothing; that it is there is told by itself.
        let kept = replaced(containers.values());
        let undecided = state.undecided.all().iter();
        let undecided = undecided.filter_map(|told| state.undecided(&told.stack.project));
        let found = triage::findings(&Facts {
            containers: containers.values().filter(|container| !kept.contains(&container.id)).collect(),
            undecided: undecided.collect(),
            figures: readings.collect(),
            signs: state.signs.signs().collect(),
            tails: state.tails.iter().collect(),
            last_runs: told_runs.chain(state.previous.last_of_each()).collect(),
            ends,
            stops: state.timeline.stops().collect(),
            past_is_known: state.timeline.reaches_back(),
            stood: state.findings.incidents().stood_since(self.now - RECENT),
            listeners: state.listeners.iter().collect(),
            log_bytes: state.signs.sizes().collect(),
            checks: checks.collect(),
            gpus: state.gpus.sample(),
            orphans_since: state.gpus.orphans_since().collect(),
            host: state.host.sample(),
            full_in: full_in.collect(),
            kernel: state.kernel.messages().collect(),
            clock_ahead_seconds: state.fleet.daemon().and_then(|daemon| daemon.clock_ahead_seconds),
            daemon,
            stack_faults: state.stacks.faults().iter().collect(),
            backups: state.backups.standings().iter().collect(),
            tasks: state.tasks.newest_first().collect(),
            now: self.now,
        });
        let (changed, news) = state.findings.apply(found, self.now);
        if changed {
            state.panes.findings.refresh(&state.findings);
            state.dirty = true;
        }
        self.enter_findings(news);
        self.attend_trouble();
    }
}
