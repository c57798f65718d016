//! The deploys that wait to be accepted, of all stacks of a daemon.

use super::{DIRECTORY, Deploys};
use crate::domain::deploy::Undecided;
use crate::domain::{Fault, FaultKind};
use crate::engine::Endpoint;
use crate::task::files;
use std::io::ErrorKind;
use std::path::Path;

/// By stack.
pub fn undecided(root: &Path, endpoint: &Endpoint) -> Result<Vec<Undecided>, Fault> {
    let directory = root.join(DIRECTORY);
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::io("list deploys", directory.display(), &error)),
    };
    let of_daemon = files::file_name(&format!("@{endpoint}"));
    let mut undecided = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(stack) = name.to_str().and_then(|name| name.strip_suffix(&of_daemon)) else { continue };
        let deploys = Deploys { directory: entry.path(), stack: stack.to_owned() };
        match deploys.waiting() {
            Ok(Some(deploy)) => undecided.push(Undecided {
                since: deploy.ended.unwrap_or(deploy.at),
                stack: deploy.stack,
                deploy: deploy.number,
            }),
            // Another process has just removed it.
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            Ok(None) => {}
            Err(fault) => return Err(fault),
        }
    }
    undecided.sort_by(|one, other| one.stack.project.cmp(&other.stack.project));
    Ok(undecided)
}
