//! `post_start` and `pre_stop`: commands that a service has run in its containers.

use super::exec;
use super::steps::Run;
use crate::compose::command::request;
use crate::compose::plan::Lifecycle;
use crate::domain::{ContainerId, Fault, FaultKind};

impl Run<'_> {
    /// Runs what is to be run once the container has started.
    pub async fn has_started(&self, step: usize, id: &ContainerId, name: &str) -> Result<(), Fault> {
        let Some((service, lifecycle)) = self.lifecycle(step) else { return Ok(()) };
        for (index, hook) in lifecycle.post_start.iter().enumerate() {
            let key = format!("services.{service}.post_start[{index}]");
            exec::run(self, id, name, request(hook), &key).await?;
        }
        Ok(())
    }

    /// Runs what is to be run before the container is stopped. One that does not run has nothing to prepare.
    pub async fn will_stop(&self, step: usize, id: &ContainerId, name: &str) -> Result<(), Fault> {
        let Some((service, lifecycle)) = self.lifecycle(step) else { return Ok(()) };
        for (index, hook) in lifecycle.pre_stop.iter().enumerate() {
            let key = format!("services.{service}.pre_stop[{index}]");
            match exec::run(self, id, name, request(hook), &key).await {
                Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Conflict) => {
                    return Ok(());
                }
                result => result?,
            }
        }
        Ok(())
    }

    /// The step's service, and what it has run.
    fn lifecycle(&self, step: usize) -> Option<(&str, &Lifecycle)> {
        let plan = self.plan?;
        let service = plan.plan().steps.get(step)?.service.as_deref()?;
        Some((service, plan.lifecycle(step)?))
    }
}
