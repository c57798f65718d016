//! Which containers are worth a closer look.

use super::exit_code;
use super::rules::{is_looping, may_be_killed, port_in, unpublished_ports};
use crate::domain::{Container, ContainerState, Health, TaskRecord};
use jiff::Timestamp;

/// Whether it is not as it should be, so that its last lines may tell why.
pub fn is_in_trouble(container: &Container, now: Timestamp) -> bool {
    match container.state {
        ContainerState::Running | ContainerState::Paused | ContainerState::Unknown => {
            container.health == Some(Health::Unhealthy) || is_looping(container, None, now)
        }
        ContainerState::Restarting | ContainerState::Dead => true,
        ContainerState::Exited => {
            !container.was_stopped() && exit_code::of(container).is_some_and(|code| code != 0)
        }
        ContainerState::Created | ContainerState::Removing => false,
    }
}

/// Whether only the daemon's events of before tell whether somebody stopped it or killed it.
pub fn may_have_been_killed(container: &Container) -> bool {
    may_be_killed(container)
}

/// The ports of the host that containers want and do not get, or that a task could not publish.
pub fn wanted_ports<'c>(
    containers: impl Iterator<Item = &'c Container>,
    newest_first: &[&TaskRecord],
    now: Timestamp,
) -> Vec<u16> {
    let idle = containers.filter(|container| container.state != ContainerState::Running);
    let errors = idle.filter_map(|container| container.details.as_ref()?.error.as_ref());
    let mut ports: Vec<u16> = errors.filter_map(|error| port_in(error)).collect();
    ports.extend(unpublished_ports(newest_first, now));
    ports.sort_unstable();
    ports.dedup();
    ports
}
