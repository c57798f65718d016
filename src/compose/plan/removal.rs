//! The end of a container.

use super::{Action, ActionPlan, Target, card};
use crate::compose::file::Service;
use crate::domain::{Container, StepVerb};

/// A stop where it runs, and a removal; the steps, first and last. What was not to be stopped is not killed either: where
/// somebody has started it meanwhile, its removal fails.
pub fn stop_and_remove(
    plan: &mut ActionPlan,
    container: &Container,
    service: Option<&Service>,
    reason: &str,
    volumes: bool,
) -> (usize, usize) {
    let name = container.name.as_str();
    let label = container.compose.as_ref().map(|labels| labels.service.as_str());
    let target = Target::Existing { id: container.id.clone(), name: name.to_owned() };
    let stopped = container.is_running().then(|| {
        let step = plan.add(StepVerb::StopContainer, name, label, reason, Action::Stop(target.clone()));
        plan.downtime(step, card::grace(container, service));
        step
    });
    let removed = plan.add(
        StepVerb::RemoveContainer,
        name,
        label,
        reason,
        Action::Remove { target, volumes, force: stopped.is_some() },
    );
    plan.after(removed, stopped);
    (stopped.unwrap_or(removed), removed)
}
