//! A log that grows without end: nothing begins a new file.

use crate::domain::{Operation, UpOptions, units};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity};

const LARGE: u64 = 256 << 20;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let rotates = container.details.as_ref().is_none_or(|details| details.log_rotates);
        let Some(bytes) = facts.log_bytes.get(&container.id).copied().filter(|bytes| *bytes >= LARGE) else {
            continue;
        };
        if rotates {
            continue;
        }
        let size = units::bytes(bytes);
        let title = format!("the log of {} takes {size} and is never rotated", container.tag());
        let path = container.details.as_ref().and_then(|details| details.log_path.clone());
        findings.push(
            Finding::on("log-bloat", container, Severity::Warning, title)
                .seen(Origin::Host, None, format!("{size} in {}", path.unwrap_or_default()))
                .seen(Origin::Inspect, None, "the driver json-file without `max-size`")
                .fix(
                    "set `logging: options: max-size` in the Compose file and recreate it, which removes the old log",
                    request(container, |services| {
                        Operation::Up(UpOptions { services, ..UpOptions::default() })
                    }),
                ),
        );
    }
}
