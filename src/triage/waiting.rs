//! Services that were never started, and what they wait for.

use super::Facts;
use crate::domain::{Container, ContainerState, Health, units};
use std::time::Duration;

const BEING_DEPLOYED: Duration = Duration::from_secs(10);

/// What keeps the service from being started: the services that it depends on and that are not yet what it wants of
/// them. `None` when a container of it was started, or none was created.
pub(super) fn of(facts: &Facts<'_>, stack: &str, service: &str) -> Option<Vec<String>> {
    let mut own = facts.of_service(stack, service).peekable();
    own.peek()?;
    let mut unmet = Vec::new();
    for container in own {
        let error = container.details.as_ref().is_some_and(|details| details.error.is_some());
        if container.state != ContainerState::Created || error {
            return None;
        }
        for dependency in container.compose.iter().flat_map(|labels| &labels.depends_on) {
            let mut parts = dependency.split(':');
            let (name, condition) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let met = facts.of_service(stack, name).any(|container| meets(container, condition));
            if !met && !unmet.iter().any(|known| known == name) {
                unmet.push(name.to_owned());
            }
        }
    }
    Some(unmet)
}

/// Whether it is being deployed: between the creation of a container and its start there is always a moment.
pub(super) fn is_new(facts: &Facts<'_>, stack: &str, service: &str) -> bool {
    let new = |created| units::since(created, facts.now) < BEING_DEPLOYED;
    facts.of_service(stack, service).any(|container| container.created.is_some_and(new))
}

fn meets(container: &Container, condition: &str) -> bool {
    match condition {
        "service_healthy" => container.health == Some(Health::Healthy),
        "service_completed_successfully" => {
            container.state == ContainerState::Exited && super::exit_code::of(container) == Some(0)
        }
        _ => container.state.serves(),
    }
}
