//! The script's incidents.

use super::World;
use super::health::Verdict;
use super::schedule::Action;
use crate::sim::scenario::spec::{Deed, Target};
use std::sync::Arc;
use std::time::Duration;

const LONGEST_PAST: Duration = Duration::from_mins(15);

impl World {
    pub(super) fn schedule_incidents(&mut self) {
        let script = Arc::clone(&self.script);
        for (index, incident) in script.incidents.iter().enumerate() {
            self.schedule.add(self.origin.after(incident.at.0), Action::Incident(index));
        }
    }

    pub(super) fn incident(&mut self, index: usize) {
        let script = Arc::clone(&self.script);
        let Some(incident) = script.incidents.get(index) else { return };
        for (step, part) in incident.steps.iter().enumerate() {
            self.schedule.add(self.now.after(part.after.0), Action::Deed { incident: index, step });
        }
        if let Some(every) = incident.every {
            // After a long jump of the clock only the latest of its times are played.
            let missed =
                self.target.before(LONGEST_PAST).since(self.now).as_nanos() / every.0.as_nanos().max(1);
            let times = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
            self.schedule.add(self.now.after(every.0.saturating_mul(times)), Action::Incident(index));
        }
    }

    fn target(&self, target: &Target) -> Option<String> {
        self.replica(&target.project, &target.service, target.number)
    }

    /// One step; a target that is not there, or not running, is passed over.
    pub(super) fn deed(&mut self, incident: usize, step: usize) {
        let script = Arc::clone(&self.script);
        let Some(part) = script.incidents.get(incident).and_then(|incident| incident.steps.get(step)) else {
            return;
        };
        match &part.deed {
            Deed::LoseGpu { index, message, xid } => self.lose_gpu(*index, message, *xid),
            Deed::RestoreGpu { index } => self.restore_gpu(*index),
            Deed::Log { on, lines } => {
                let now = self.now;
                let Some(id) = self.target(on) else { return };
                let Some(container) = self.containers.get_mut(&id).filter(|container| container.is_running())
                else {
                    return;
                };
                let behaviour = Arc::clone(&container.behaviour);
                container.log.catch_up(&behaviour, now);
                for (count, line) in (0..).zip(lines) {
                    container.log.write_line(now, line, count);
                }
                self.touch();
            }
            Deed::Die { on, code, out_of_memory, back_after } => {
                if let Some(id) = self.target(on) {
                    self.exit(&id, *code, *out_of_memory, back_after.map(|span| span.0));
                }
            }
            Deed::Unhealthy { on, output } => {
                if let Some(id) = self.target(on) {
                    self.set_health(&id, Verdict::Unhealthy, output.clone());
                }
            }
            Deed::Healthy { on } => {
                if let Some(id) = self.target(on) {
                    self.set_health(&id, Verdict::Healthy, String::new());
                }
            }
            Deed::Stop { on } => {
                if let Some(id) = self.target(on) {
                    let _ = self.begin_stop(&id, None);
                }
            }
            Deed::Start { on } => {
                if let Some(id) = self.target(on) {
                    let _ = self.start(&id);
                }
            }
        }
    }
}
