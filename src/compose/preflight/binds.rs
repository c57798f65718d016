//! Paths of the host that are mounted: there, or made by the daemon.

use super::Facts;
use crate::compose::file::{MountKind, Service};
use crate::domain::ChecklistLine;

pub fn check(services: &[&Service], facts: &Facts) -> Vec<ChecklistLine> {
    let mut lines: Vec<ChecklistLine> = Vec::new();
    if !facts.is_local {
        return lines;
    }
    for service in services {
        for mount in service.volumes.iter().filter(|mount| mount.kind == MountKind::Bind) {
            let check = format!("path {}", mount.source);
            if lines.iter().any(|line| line.check == check) {
                continue;
            }
            let made = mount.bind.as_ref().and_then(|bind| bind.create_host_path) != Some(false);
            lines.push(match (facts.missing_paths.contains(&mount.source), made) {
                (false, _) => ChecklistLine::ok(check, "there"),
                (true, true) => ChecklistLine::warning(
                    check,
                    format!("{} mounts it, and it is not there: Docker makes a directory of it, owned by root", service.name),
                    "where it is to be a file, or another's, make it first; ./prepare does where the stack has one",
                ),
                (true, false) => ChecklistLine::failed(
                    check,
                    format!("{} mounts it, and it is not there", service.name),
                    "make it, with ./prepare where the stack has one, or mend the path",
                ),
            });
        }
    }
    lines
}
