//! `backup show`: the manifest, and what was found out since.

use crate::backup::{Content, Found, read_manifest};
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::table::Table;
use crate::domain::{Fault, units};
use jiff::{Timestamp, Unit};
use serde_json::json;

pub fn show(found: &Found, output: Output) -> Result<(), Fault> {
    let manifest = read_manifest(&found.directory)?;
    let entry = found.entry()?;
    if output.json {
        return print_json(&json!({
            "manifest": manifest, "directory": found.directory, "pinned": entry.pinned, "proof": entry.proof,
            "offsite": entry.offsite,
        }));
    }
    let now = Timestamp::now();
    let line = |name: &str, text: &str| output.toned(&[(Tone::Dim, name), (Tone::Plain, text)]);
    line("backup  ", &format!("{} of {}", entry.name, entry.stack))?;
    let taken = entry.created.round(Unit::Second).unwrap_or(entry.created);
    line("taken   ", &format!("{taken}, {} ago", units::duration(units::since(entry.created, now))))?;
    line("size    ", &units::bytes(entry.size_bytes))?;
    let pinned = if entry.pinned { ", pinned" } else { "" };
    let safety = if entry.safety { ", before a restore" } else { "" };
    line("proof   ", &format!("{}{pinned}{safety}", entry.proof.words(now)))?;
    let services = entry.proof.proven.as_ref().map(|proven| proven.services.join(", ")).unwrap_or_default();
    if !services.is_empty() {
        line("ran     ", &format!("{services}, on what came back"))?;
    }
    if let Some(failure) = &entry.proof.not_run {
        output.toned(&[(Tone::Warning, "no start "), (Tone::Plain, &failure.what)])?;
    }
    if let Some(failure) = &entry.proof.failed {
        output.toned(&[(Tone::Bad, "wrong   "), (Tone::Plain, &failure.what)])?;
    }
    if let Some(copy) = &entry.offsite {
        let endpoint = copy.endpoint.as_ref().map(|endpoint| format!(" at {endpoint}")).unwrap_or_default();
        line("copied  ", &format!("{}, {}{endpoint}", copy.words(now), copy.url))?;
        if let Some(failure) = &copy.failed {
            let ago = units::duration(units::since(failure.at, now));
            output.toned(&[
                (Tone::Warning, "        "),
                (Tone::Plain, &format!("the last attempt, {ago} ago: {}", failure.what)),
            ])?;
        }
    }
    line("lies in ", &found.directory.display().to_string())?;
    let mut table = Table::new(&["PART", "WHAT", "SIZE", "UNPACKED", "HOLDS"], "nothing");
    for part in &manifest.parts {
        table.plain_row(vec![
            part.part.path.clone(),
            part.content.word().to_owned(),
            units::bytes(part.part.bytes),
            units::bytes(part.raw_bytes()),
            holds(&part.content),
        ]);
        for object in &part.objects {
            table.plain_row(vec![
                object.part.path.clone(),
                "object".to_owned(),
                units::bytes(object.part.bytes),
                units::bytes(object.raw_bytes()),
                object.file.clone(),
            ]);
        }
    }
    table.print_within(output.columns(), output)?;
    for warning in &manifest.warnings {
        output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
    }
    for key in &manifest.encrypted_to {
        line("encrypted to ", key)?;
    }
    if !manifest.withheld.is_empty() {
        line("without the values of ", &manifest.withheld.join(", "))?;
    }
    Ok(())
}

fn holds(content: &Content) -> String {
    match content {
        Content::Postgres(database) => {
            let rows: u64 = database.row_estimates.values().sum::<u64>().max(database.rows.values().sum());
            let tables = database.row_estimates.len();
            format!("{tables} tables, about {rows} rows, PostgreSQL {}", database.server.server_version)
        }
        Content::PostgresGlobals(server) => format!("roles of {}", server.service),
        Content::Redis(redis) => format!("{} keys, Redis {}", redis.keys, redis.server_version),
        Content::Volume(volume) => entries(volume.archive.entries, volume.archive.changed.len()),
        Content::Bind(path) | Content::Files(path) => {
            format!("{}, {}", path.path, entries(path.archive.entries, path.archive.changed.len()))
        }
        Content::Exec { service, command, .. } => format!("{} in {service}", command.join(" ")),
        Content::Compose | Content::Images => String::new(),
    }
}

fn entries(entries: u64, changed: usize) -> String {
    match changed {
        0 => format!("{entries} entries"),
        changed => format!("{entries} entries, {changed} of them written to meanwhile"),
    }
}
