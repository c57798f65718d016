//! What the stack says that it needs of the server, against what there is. Less may still do; without any room nothing
//! does.

use super::Facts;
use crate::compose::file::Project;
use crate::domain::{ChecklistLine, units};

/// With less, images cannot be unpacked and databases stop.
const NO_ROOM: u64 = 512 << 20;

pub fn check(project: &Project, facts: &Facts) -> Vec<ChecklistLine> {
    let needs = &project.mcp.requirements;
    let mut lines = Vec::new();
    if let (Some(needed), Some(there)) = (needs.cpus, facts.cpus) {
        let found = format!("{there} processors, and {needed} are asked for");
        // So many processors no server has that the number would not be exact.
        let enough = u32::try_from(there).is_ok_and(|there| f64::from(there) >= needed);
        lines.push(line(
            "processors",
            found,
            enough,
            "it may be slow; x-mcp.requirements says what it needs",
        ));
    }
    if let (Some(needed), Some(there)) = (needs.memory_bytes, facts.memory_bytes) {
        let found = format!("{} of memory, and {} are asked for", units::bytes(there), units::bytes(needed));
        lines.push(line(
            "memory",
            found,
            there >= needed,
            "limit what services may take, or give the server more",
        ));
    }
    if let Some((place, free)) = &facts.disk {
        let asked = needs.disk_bytes.map(|needed| format!(", and {} are asked for", units::bytes(needed)));
        let found = format!("{} free at {place}{}", units::bytes(*free), asked.unwrap_or_default());
        lines.push(if *free < NO_ROOM {
            ChecklistLine::failed("disk", found, "free some room: `docker system df` tells where it went")
        } else {
            let enough = needs.disk_bytes.is_none_or(|needed| *free >= needed);
            line("disk", found, enough, "free some room: `docker system df` tells where it went")
        });
    }
    if let (Some(needed), Some(there)) = (needs.gpus, facts.gpus) {
        let found = format!("{there} GPUs, and {needed} are asked for");
        lines.push(line("GPUs", found, there >= needed, "services have to share, or go without"));
    }
    lines
}

fn line(check: &str, found: String, enough: bool, mend: &str) -> ChecklistLine {
    if enough { ChecklistLine::ok(check, found) } else { ChecklistLine::warning(check, found, mend) }
}
