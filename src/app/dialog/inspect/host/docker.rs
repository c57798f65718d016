//! What Docker takes of the disk, as columns.

use crate::app::store::docker_disk::{DiskAnswer, DockerDiskStore};
use crate::domain::units;
use jiff::Timestamp;
use std::time::Duration;

const TITLE: &str = "Docker's disk:";
/// The longest names of containers that are shown whole.
const NAME: usize = 28;
/// Logs that are shown.
const LOGS: usize = 5;

/// None before anybody has asked.
pub(super) fn lines(store: &DockerDiskStore, now: Timestamp) -> Vec<String> {
    let mut lines = match (store.told(), store.fault(), store.was_asked()) {
        (Some((time, answer)), ..) => columns(answer, units::since(time, now)),
        (None, None, true) => vec![format!("{TITLE} the daemon is asked, which takes it a while")],
        (None, ..) => Vec::new(),
    };
    lines.extend(store.fault().map(|fault| format!("{TITLE} {fault}")));
    lines
}

fn columns(answer: &DiskAnswer, age: Duration) -> Vec<String> {
    let row = |name: &str, cells: [&str; 4]| {
        let [size, reclaimable, count, active] = cells;
        format!("{name:<NAME$} {size:>6} {reclaimable:>12} {count:>6} {active:>7}")
    };
    let title = row(TITLE, ["size", "reclaimable", "count", "in use"]);
    let age = if age.as_secs() == 0 { "now".to_owned() } else { format!("{} ago", units::duration(age)) };
    let mut lines = vec![format!("{title}  {age}")];
    lines.extend(answer.disk.parts().map(|(name, part)| {
        let numbers = [part.count, part.active].map(|number| number.to_string());
        let sizes = [part.bytes, part.reclaimable_bytes].map(units::bytes);
        row(&format!("  {name}:"), [&sizes[0], &sizes[1], &numbers[0], &numbers[1]])
    }));
    let Some(logs) = &answer.logs else {
        lines.push("  logs: their files cannot be read from here".to_owned());
        return lines;
    };
    let all = units::bytes(logs.iter().map(|log| log.bytes).sum());
    lines.push(row("  logs:", [&all, "", &logs.len().to_string(), ""]).trim_end().to_owned());
    lines.extend(logs.iter().take(LOGS).filter(|log| log.bytes > 0).map(|log| {
        let name = format!("    {}:", log.name);
        row(&name, [&units::bytes(log.bytes), "", "", ""]).trim_end().to_owned()
    }));
    lines
}
