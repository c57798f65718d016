//! What is to be done once the new containers are healthy: once for each deploy, however often its worker dies.

use super::super::super::hooks::AGAIN;
use super::super::super::reactions::{add_steps, due, running};
use super::super::Chain;
use super::Rollout;
use crate::domain::succession::name_before;

impl Rollout<'_> {
    /// In the first new container of the batch.
    pub(super) fn run_hooks(&self, chain: &mut Chain, batch: &[usize]) {
        let goes_on = self.goes_on();
        for (index, hook) in self.service.mcp.hooks.after_healthy.iter().enumerate() {
            let key = format!("services.{}.x-mcp.hooks.after_healthy[{index}]", self.service.name);
            let due = due(&key, hook);
            if goes_on && self.observed.done.contains(&due) {
                continue;
            }
            let own = hook.service == self.service.name;
            let target = if own {
                self.new_ones(batch).into_iter().next()
            } else {
                running(self.observed, &hook.service).into_iter().next()
            };
            let again = self.observed.outstanding.contains(&due);
            let why = if again { AGAIN.to_owned() } else { format!("{} is healthy", self.service.name) };
            let begun = chain.plan.actions().len();
            let after = chain.last().to_vec();
            let containers = target.into_iter().collect();
            add_steps(&mut chain.plan, (&key, hook), containers, &why, &after, self.observed);
            (begun..chain.plan.actions().len()).for_each(|step| chain.follow(step));
        }
    }

    /// Whether new containers of this version are there from an update that did not come to its end. Without one the
    /// version is a new one, and what was done for another does not count.
    fn goes_on(&self) -> bool {
        let new = self.places.iter().filter_map(|place| place.slot.new);
        new.into_iter().any(|new| name_before(&new.name).is_some())
    }
}
