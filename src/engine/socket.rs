//! What can be said about a socket before anything is sent over it.

use super::endpoint::Endpoint;
use crate::domain::{Fault, FaultKind};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// A missing or forbidden socket is told apart here: bollard would call both missing.
pub(super) fn check(endpoint: &Endpoint) -> Result<(), Fault> {
    let Some(path) = endpoint.socket_path() else { return Ok(()) };
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.file_type().is_socket() => {
            match rustix::fs::access(path, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK) {
                Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => Err(forbidden(endpoint)),
                _ => Ok(()),
            }
        }
        Ok(_) => Err(base(FaultKind::Invalid, endpoint)
            .because("it is not a socket")
            .hint("name the daemon's socket with -H or DOCKER_HOST")),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(forbidden(endpoint)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(absent(endpoint)),
        Err(error) => Err(base(FaultKind::Unreachable, endpoint).caused_by(&error)),
    }
}

fn base(kind: FaultKind, endpoint: &Endpoint) -> Fault {
    Fault::new(kind, "connect to the Docker daemon at", endpoint.describe().as_str())
}

pub(super) fn absent(endpoint: &Endpoint) -> Fault {
    let mut fault = base(FaultKind::Unreachable, endpoint).because("there is no socket");
    if !endpoint.tried().is_empty() {
        fault = fault.because(format!("tried: {}", endpoint.tried().join(", ")));
    }
    fault.hint("start Docker (systemctl start docker), or name another daemon with -H or DOCKER_HOST")
}

pub(super) fn unattended(endpoint: &Endpoint) -> Fault {
    base(FaultKind::Unreachable, endpoint)
        .because("connection refused: nobody listens there")
        .hint("the daemon does not run: systemctl start docker, then journalctl -u docker if it ends again")
}

pub(super) fn forbidden(endpoint: &Endpoint) -> Fault {
    let fault = base(FaultKind::Permission, endpoint).because("permission denied");
    match endpoint.socket_path().and_then(owning_group) {
        Some(group) => fault.because(format!("the socket belongs to the group `{group}`")).hint(format!(
            "join the group (sudo usermod -aG {group} $USER, then log in again), or run mcp-tui as root"
        )),
        None => fault.hint("run mcp-tui as root, or as a user who may use the socket"),
    }
}

fn owning_group(path: &Path) -> Option<String> {
    let number = std::fs::metadata(path).ok()?.gid();
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    Some(group_name(&groups, number).unwrap_or_else(|| number.to_string()))
}

/// `docker:x:998:alice,bob`
fn group_name(groups: &str, number: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(number)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests;
