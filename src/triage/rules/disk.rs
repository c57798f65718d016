//! A disk that is nearly full, of bytes or of files, or will be soon: databases stop first.

use crate::domain::{host::DiskUse, units};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use std::time::Duration;

const WARNING_PERCENT: u128 = 90;
const CRITICAL_PERCENT: u128 = 97;
const SOON: Duration = Duration::from_hours(2);
/// A disk with that much room is given time to calm down: an image that is being pulled fills none.
const SOON_PERCENT: u128 = 70;

const ADVICE: &str = "see what Docker could give back with `docker system df`; then `docker image prune`, never a volume in use";

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let disks = facts.host.map(|host| host.disks.as_slice()).unwrap_or_default();
    for disk in disks {
        findings.extend(bytes(facts, disk));
        findings.extend(inodes(disk));
    }
}

/// Whether one has so little room left that what cannot be written fails for it.
pub(super) fn any_is_full(facts: &Facts<'_>) -> bool {
    let mut found = Vec::new();
    find(facts, &mut found);
    found.iter().any(|finding| finding.severity == Severity::Critical)
}

fn bytes(facts: &Facts<'_>, disk: &DiskUse) -> Option<Finding> {
    let percent = (u128::from(disk.used_bytes) * 100).checked_div(u128::from(disk.total_bytes))?;
    let full_in = facts.full_in.get(disk.mount_point.as_str()).copied();
    let soon = full_in.filter(|full_in| *full_in < SOON && percent >= SOON_PERCENT);
    let severity = match percent {
        CRITICAL_PERCENT.. => Severity::Critical,
        WARNING_PERCENT.. => Severity::Warning,
        _ if soon.is_some() => Severity::Warning,
        _ => return None,
    };
    let title = match soon.filter(|_| percent < WARNING_PERCENT) {
        Some(full_in) => {
            format!("the disk at {} will be full in {}", disk.mount_point, units::duration(full_in))
        }
        None => format!("the disk at {} is {percent}% full", disk.mount_point),
    };
    let free = units::bytes(disk.total_bytes.saturating_sub(disk.used_bytes));
    let mut finding = Finding::new("disk", &disk.mount_point, severity, title, About::default()).seen(
        Origin::Host,
        None,
        format!("{free} of {} free", units::bytes(disk.total_bytes)),
    );
    if let Some(full_in) = full_in {
        let text = format!("at the rate of the last minutes it is full in {}", units::duration(full_in));
        finding = finding.seen(Origin::Host, None, text);
    }
    Some(finding.advise(ADVICE))
}

/// Many small files fill a disk on which there is room.
fn inodes(disk: &DiskUse) -> Option<Finding> {
    let share = disk.inodes?;
    let percent = u128::from(share.percent()?);
    if percent < WARNING_PERCENT {
        return None;
    }
    let severity = if percent >= CRITICAL_PERCENT { Severity::Critical } else { Severity::Warning };
    let title = format!(
        "the disk at {} has nearly no room for more files: {percent}% of its inodes",
        disk.mount_point
    );
    Some(
        Finding::new("disk", &format!("{}#inodes", disk.mount_point), severity, title, About::default())
            .seen(Origin::Host, None, format!("{} of {} inodes are in use", share.used, share.limit))
            .advise("find the directory with the many files: `du --inodes -xd1`; caches and sessions are the usual ones"),
    )
}
