//! What is gathered for the findings beside the fleet: signs in the logs, the last lines of what is in trouble, and who
//! holds a port that is wanted.

use super::Turn;
use super::timeline::PAST;
use crate::app::effect::Effect;
use crate::app::message::LogNews;
use crate::app::store::signs::{Sighting, Sightings};
use crate::domain::host::KernelMessage;
use crate::domain::{ContainerId, Fault, LogLine, Safe};
use crate::triage;

impl Turn<'_> {
    pub(super) fn log_news(&mut self, news: LogNews) {
        let state = &mut *self.state;
        let mut changed = false;
        for sighting in news.sightings {
            changed |= state.fleet.get(&sighting.container).is_some() && state.signs.apply(sighting);
        }
        for (id, bytes) in news.sizes {
            changed |= state.signs.grown(id, bytes);
        }
        state.signs.look_through(news.looked_through);
        if changed {
            self.findings_changed();
        }
    }

    pub(super) fn kernel(&mut self, messages: Vec<KernelMessage>) {
        self.enter_kernel(&messages);
        if self.state.kernel.apply(messages) {
            self.findings_changed();
        }
    }

    pub(super) fn tail(&mut self, id: &ContainerId, result: Result<Vec<LogLine>, Fault>) {
        // Without them a finding has less to show; why they cannot be read the Logs pane tells.
        let Ok(lines) = result else { return self.state.tails.give_up(id) };
        let mut changed = false;
        if self.state.fleet.get(id).is_some() {
            for sighting in sightings(id, &lines) {
                changed |= self.state.signs.apply(sighting);
            }
        }
        if self.state.tails.apply(id, lines) || changed {
            self.findings_changed();
        }
    }

    /// Asks for the last lines of what is in trouble.
    pub(super) fn attend_trouble(&mut self) {
        let state = &mut *self.state;
        if state.fleet.stale_since().is_some() {
            return;
        }
        let containers = state.fleet.containers().values();
        let troubled = containers.filter(|container| triage::is_in_trouble(container, self.now));
        let due = state.tails.attend(troubled, self.now);
        self.effects.extend(due.into_iter().map(Effect::ReadTail));
        // Who stopped it, if anybody did, only what happened before can tell.
        let mut containers = state.fleet.containers().values();
        if containers.any(triage::may_have_been_killed) && state.timeline.ask_once() {
            self.effects.push(Effect::ReadEvents { since: self.now - PAST });
        }
        let tasks: Vec<_> = state.tasks.newest_first().collect();
        let wanted = triage::wanted_ports(state.fleet.containers().values(), &tasks, self.now);
        let due = state.listeners.attend(&wanted, self.now);
        self.effects.extend(due.into_iter().map(Effect::FindListener));
    }

    pub(super) fn listener(&mut self, port: u16, result: Result<Option<Safe>, Fault>) {
        // Unknown is no answer: the finding then says how to look.
        let Ok(answer) = result else { return self.state.listeners.give_up(port) };
        if self.state.listeners.apply(port, answer) {
            self.findings_changed();
        }
    }
}

/// What the last lines are signs of. All logs are looked through for them, but of a daemon that is asked for one after the
/// other that takes its time, and those that are in trouble come first.
fn sightings(container: &ContainerId, lines: &[LogLine]) -> Vec<Sighting> {
    let mut found = Sightings::default();
    for line in lines {
        if let Some(time) = line.time {
            found.look(container, &line.line.text, time);
        }
    }
    found.take()
}
