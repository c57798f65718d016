//! A service that does its work once and ends: what is new of it has to end well before whoever waits for that comes.
//! It serves nobody, so that nothing is led to it and no old one has to stay for its sake.

use super::super::{Chain, existing};
use super::Rollout;
use crate::compose::file::Condition;
use crate::compose::plan::Action;
use crate::compose::plan::once::has_ended_well;
use crate::domain::{DeployState, Fault, StepVerb};

impl Rollout<'_> {
    pub(super) fn run_once(&mut self, chain: &mut Chain) -> Result<(), Fault> {
        let is_due = |place: &usize| !self.places[*place].slot.new.is_some_and(has_ended_well);
        let due: Vec<usize> = (0..self.places.len()).filter(is_due).collect();
        for place in &due {
            self.make(chain, *place)?;
        }
        let name = self.service.name.clone();
        // Two of them at once may be at the same work.
        let old = self.places.iter().flat_map(|place| &place.slot.old).map(|(old, _)| *old);
        for old in old.filter(|old| old.is_running()) {
            let reason = "a new one does its work anew";
            chain.add(StepVerb::StopContainer, &old.name, &name, reason, Action::Stop(existing(old)));
        }
        if due.is_empty() {
            return Ok(());
        }
        self.start(chain, &due);
        chain.reached(DeployState::GreenCreated);
        let containers = self.new_ones(&due);
        let action = Action::Await { condition: Condition::Completed, containers, required: true };
        chain.add(StepVerb::Await, &name, &name, "it has to complete", action);
        chain.reached(DeployState::GreenHealthy);
        self.run_hooks(chain, &due);
        Ok(())
    }
}
