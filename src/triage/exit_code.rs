//! What an exit code tells.

use crate::domain::{Container, ContainerState};

/// The code of a container that ended: from its inspect, or else from Docker's own words (`Exited (137) 2 hours ago`).
pub(super) fn of(container: &Container) -> Option<i64> {
    match container.state {
        ContainerState::Exited | ContainerState::Restarting | ContainerState::Dead => {}
        ContainerState::Created
        | ContainerState::Running
        | ContainerState::Paused
        | ContainerState::Removing
        | ContainerState::Unknown => return None,
    }
    if let Some(details) = &container.details {
        return Some(details.exit_code);
    }
    let (_, rest) = container.status.split_once('(')?;
    rest.split_once(')')?.0.parse().ok()
}

/// `exit code 139, segmentation fault`
pub(super) fn words(code: i64) -> String {
    let meaning = match code {
        0 => ", ended without an error",
        125 => ", the container could not be run",
        126 => ", the command cannot be executed",
        127 => ", the command was not found",
        130 => ", interrupted",
        134 => ", aborted",
        135 => ", bus error",
        137 => ", killed",
        139 => ", segmentation fault",
        143 => ", terminated",
        _ => "",
    };
    format!("exit code {code}{meaning}")
}
