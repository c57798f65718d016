//! Services that do their work once and end, like a migration that others wait for. One that has ended well is not away,
//! and there is no use in waiting for it to be healthy.

use crate::compose::file::{Condition, Project, Service};
use crate::domain::{Container, ContainerState};

/// Whether one of the others waits for the service to have completed.
pub(super) fn ends<'all>(service: &Service, others: impl IntoIterator<Item = &'all Service>) -> bool {
    others.into_iter().any(|other| {
        let dependency = other.depends_on.get(&service.name);
        dependency.is_some_and(|dependency| dependency.condition == Condition::Completed)
    })
}

/// The same of all services of the files, those that are switched off too: it is as it is for their sake.
pub(super) fn ends_in(project: &Project, service: &Service) -> bool {
    ends(service, project.services.values().chain(project.disabled.values()))
}

/// Whether its work is done.
pub(super) fn has_ended_well(container: &Container) -> bool {
    let exit_code = container.details.as_ref().map(|details| details.exit_code);
    container.state == ContainerState::Exited && exit_code == Some(0)
}
