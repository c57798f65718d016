//! `pause` and `unpause`: processes are frozen where they are, and go on.

use super::card::new_plan;
use super::services::{chosen, target};
use super::{Action, ActionPlan, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{ContainerState, Fault, FaultKind, StepVerb};

pub fn pause(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("pause", project, observed, services);
    let order = chosen("pause", project, observed, services, &graph::edges(project, observed))?;
    for service in &order {
        let mut runs = false;
        for container in observed.of_service(service) {
            if container.state == ContainerState::Paused {
                plan.add(StepVerb::Keep, &container.name, Some(service), "is paused", Action::Keep);
            } else if container.is_running() {
                let action = Action::Pause(target(container));
                plan.add(StepVerb::PauseContainer, &container.name, Some(service), "asked for", action);
            } else {
                plan.add(StepVerb::Keep, &container.name, Some(service), "does not run", Action::Keep);
                continue;
            }
            runs = true;
        }
        if !runs && services.contains(service) {
            return Err(Fault::new(FaultKind::Conflict, "pause", service.as_str())
                .because("it does not run")
                .hint(format!("start it first: mcp-tui -p {} start {service}", observed.project)));
        }
    }
    Ok(plan)
}

pub fn unpause(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("unpause", project, observed, services);
    let order = chosen("unpause", project, observed, services, &graph::edges(project, observed))?;
    for service in &order {
        for container in observed.of_service(service) {
            if container.state == ContainerState::Paused {
                let action = Action::Unpause(target(container));
                plan.add(StepVerb::UnpauseContainer, &container.name, Some(service), "asked for", action);
            } else {
                plan.add(StepVerb::Keep, &container.name, Some(service), "is not paused", Action::Keep);
            }
        }
    }
    Ok(plan)
}
