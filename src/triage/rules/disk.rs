//! A disk that is nearly full: databases stop first.

use crate::domain::{host::DiskUse, units};
use crate::triage::{About, Facts, Finding, Severity};

const WARNING_PERCENT: u128 = 90;
const CRITICAL_PERCENT: u128 = 97;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let disks = facts.host.map(|host| host.disks.as_slice()).unwrap_or_default();
    findings.extend(disks.iter().filter_map(judge));
}

fn judge(disk: &DiskUse) -> Option<Finding> {
    let percent = (u128::from(disk.used_bytes) * 100).checked_div(u128::from(disk.total_bytes))?;
    if percent < WARNING_PERCENT {
        return None;
    }
    let severity = if percent >= CRITICAL_PERCENT { Severity::Critical } else { Severity::Warning };
    let title = format!("the disk at {} is {percent}% full", disk.mount_point);
    let free = units::bytes(disk.total_bytes.saturating_sub(disk.used_bytes));
    Some(
        Finding::new("disk", &disk.mount_point, severity, title, About::default())
            .seen(format!("{free} of {} free", units::bytes(disk.total_bytes)))
            .advise("see what Docker could give back with `docker system df`; then `docker image prune`"),
    )
}
