//! The document itself.

use super::bundle::Bundle;
use super::escape::escaped;
use crate::app::State;
use crate::app::store::findings::{Incident, Severity};
use crate::cli::triage::{confidence, past};
use crate::domain::{GpuSample, TaskRecord, units};
use jiff::Timestamp;
use std::fmt::Write as _;

pub fn markdown(state: &State, bundle: &Bundle, since: Timestamp, now: Timestamp) -> String {
    let name = state.fleet.daemon().map_or("this server", |daemon| daemon.name.as_str());
    let mut text = format!("# What happened on {}\n\n", escaped(name));
    let version = env!("CARGO_PKG_VERSION");
    let (from, to) = (moment(since), moment(now));
    let _ = writeln!(text, "Written {to} by mcp-tui {version}. It looks back to {from}; all times are UTC.");
    server(&mut text, state);
    open(&mut text, state, now);
    over(&mut text, state, since);
    actions(&mut text, state, since, now);
    timeline(&mut text, state, since);
    archive(&mut text, bundle);
    text
}

fn server(text: &mut String, state: &State) {
    text.push_str("\n## Server\n\n| | |\n| --- | --- |\n");
    let mut row = |what: &str, value: String| {
        let _ = writeln!(text, "| {what} | {} |", escaped(&value));
    };
    let absent = || "–".to_owned();
    match (state.fleet.daemon(), state.no_docker()) {
        (Some(daemon), _) => {
            row("Docker", format!("{} at {}", daemon.version, daemon.endpoint));
            row("System", daemon.operating_system.to_string());
        }
        (None, Some(fault)) => row("Docker", format!("not reached: {fault}")),
        (None, None) => row("Docker", absent()),
    }
    let containers = state.fleet.containers();
    let running = containers.values().filter(|container| container.is_running()).count();
    if state.fleet.is_listed() {
        row("Containers", format!("{running} of {} run", containers.len()));
    }
    if let Some(host) = state.host.sample() {
        let pair = |used: Option<u64>, all: Option<u64>| {
            let words = |bytes: Option<u64>| bytes.map_or_else(absent, units::bytes);
            format!("{} of {}", words(used), words(all))
        };
        row(
            "Processors",
            host.cpu_percent.map_or_else(absent, |busy| format!("{} busy", units::percent(busy))),
        );
        row("Memory", pair(host.memory_used_bytes, host.memory_total_bytes));
        for disk in &host.disks {
            row(
                &format!("Disk {}", escaped(&disk.mount_point)),
                pair(Some(disk.used_bytes), Some(disk.total_bytes)),
            );
        }
    }
    match state.gpus.sample() {
        Some(GpuSample::Devices(devices)) => {
            let away = devices.iter().filter(|device| device.reading.is_err()).count();
            let silent = if away > 0 { format!(", {away} without readings") } else { String::new() };
            row("GPUs", format!("{}{silent}", devices.len()));
        }
        Some(GpuSample::Absent { reason }) => row("GPUs", reason.to_string()),
        Some(GpuSample::Failed(fault)) => row("GPUs", fault.to_string()),
        None => row("GPUs", absent()),
    }
}

fn open(text: &mut String, state: &State, now: Timestamp) {
    text.push_str("\n## What is still open\n\n");
    let findings = state.findings.findings();
    if findings.is_empty() {
        let words =
            if state.fleet.is_listed() { "Nothing wrong that the rules know of." } else { "Not known." };
        let _ = writeln!(text, "{words}");
    }
    for finding in findings {
        if let Some(incident) = state.findings.incident(&finding.id) {
            block(text, incident, now);
        }
    }
}

fn block(text: &mut String, incident: &Incident, now: Timestamp) {
    let finding = &incident.finding;
    let severity = match finding.severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
    };
    let _ = writeln!(text, "### {severity}: {}\n", escaped(&finding.title));
    let since = incident
        .since()
        .map(|since| format!(", since {} ({})", moment(since), units::duration(units::since(since, now))));
    let _ = writeln!(text, "{}{}.\n", sentence(confidence(finding.confidence)), since.unwrap_or_default());
    for line in &finding.evidence {
        let time = line.time.map_or_else(|| "–".to_owned(), moment);
        let _ = writeln!(text, "- {time}, {}: {}", line.origin.word(), escaped(&line.text));
    }
    if !finding.explains.is_empty() {
        text.push_str("\nIt explains:\n\n");
        for title in &finding.explains {
            let _ = writeln!(text, "- {}", escaped(title));
        }
    }
    if let Some(fix) = &finding.fix {
        let _ = writeln!(text, "\nWhat mends it: {}", escaped(&fix.label));
    }
    text.push('\n');
}

fn over(text: &mut String, state: &State, since: Timestamp) {
    text.push_str("\n## What is over\n\n");
    let past = past(state, since, None);
    if past.is_empty() {
        text.push_str("Nothing that the daemon's events and the tasks still tell of.\n");
        return;
    }
    text.push_str("As the daemon's events and the tasks tell it.\n\n");
    for past in past {
        let _ = writeln!(text, "- {}–{}: {}", moment(past.first), moment(past.last), escaped(&past.words()));
    }
}

fn actions(text: &mut String, state: &State, since: Timestamp, now: Timestamp) {
    text.push_str("\n## Actions\n\n");
    let mut records: Vec<&TaskRecord> =
        state.tasks.newest_first().filter(|record| record.spec.requested_at >= since).collect();
    records.reverse();
    if records.is_empty() {
        text.push_str("No task of mcp-tui in this time.\n");
        return;
    }
    text.push_str("| When | Who | What | Outcome |\n| --- | --- | --- | --- |\n");
    for record in records {
        let spec = &record.spec;
        let from = spec.requested_from.as_ref().map_or_else(String::new, |from| format!(" from {from}"));
        let took =
            record.took(now).map_or_else(String::new, |took| format!(" after {}", units::duration(took)));
        let cause = record.fault.as_ref().map_or_else(String::new, |fault| format!(": {fault}"));
        let services = spec.operation.services().join(", ");
        let of = if services.is_empty() { String::new() } else { format!(" ({services})") };
        let cells = [
            moment(spec.requested_at),
            format!("{}{from}", spec.requested_by),
            format!("{} {}{of}", spec.operation.verb(), spec.target.name()),
            format!("{}{took}{cause}", record.state.word()),
        ];
        let _ = writeln!(text, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "));
    }
}

fn timeline(text: &mut String, state: &State, since: Timestamp) {
    text.push_str("\n## Timeline\n\n");
    if state.timeline.dropped() > 0 {
        let _ = writeln!(text, "{} older entries were given up.\n", state.timeline.dropped());
    }
    if let Some(from) = state.timeline.told_from() {
        let _ = writeln!(text, "The daemon keeps no older events than {}.\n", moment(from));
    }
    text.push_str("| When | Kind | What | Who |\n| --- | --- | --- | --- |\n");
    for (id, entry) in state.timeline.entries().filter(|(id, _)| id.time >= since) {
        let cells = [&moment(id.time), entry.kind.word(), entry.what.as_str(), entry.who.as_str()];
        let _ = writeln!(text, "| {} |", cells.map(escaped).join(" | "));
    }
}

fn archive(text: &mut String, bundle: &Bundle) {
    text.push_str("\n## The archive beside this\n\n");
    text.push_str("The last lines, the inspect and the figures of:\n\n");
    for item in &bundle.items {
        let _ = writeln!(text, "- {}", escaped(&item.name));
    }
    if bundle.left_out > 0 {
        let _ = writeln!(text, "\n{} more were in trouble and were left out.", bundle.left_out);
    }
    for fault in bundle.faults() {
        let _ = writeln!(text, "\nNot to be had: {}", escaped(&fault.to_string()));
    }
}

fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + characters.as_str())
}
