//! `backup list`: the newest first, and what cannot be relied on.

use crate::backup;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::cli::table::Table;
use crate::domain::{Fault, units};
use jiff::{Timestamp, Unit};
use std::path::Path;

pub fn list(root: &Path, stack: Option<&str>, output: Output) -> Result<u8, Fault> {
    let (entries, damaged) = backup::survey(root, stack)?;
    let now = Timestamp::now();
    if output.json {
        print_json(&entries)?;
    } else {
        let titles = ["STACK", "NAME", "TAKEN", "AGE", "SIZE", "PROOF", "PARTS"];
        let mut table = Table::new(&titles, "no backups yet");
        for entry in &entries {
            let parts: Vec<_> = entry.parts.iter().map(|part| part.path.as_str()).collect();
            let tone = if entry.proof.failed.is_some() {
                Tone::Bad
            } else if entry.proof.is_verified() {
                Tone::Good
            } else {
                Tone::Plain
            };
            let pinned = if entry.pinned { ", pinned" } else { "" };
            let safety = if entry.safety { ", before a restore" } else { "" };
            let offsite = entry.offsite.as_ref().map(|copy| format!(", {}", copy.words(now)));
            table.row(vec![
                (Tone::Plain, entry.stack.clone()),
                (Tone::Plain, entry.name.clone()),
                (Tone::Plain, entry.created.round(Unit::Second).unwrap_or(entry.created).to_string()),
                (Tone::Plain, units::duration(units::since(entry.created, now))),
                (Tone::Plain, units::bytes(entry.size_bytes)),
                (tone, format!("{}{pinned}{safety}{}", entry.proof.words(now), offsite.unwrap_or_default())),
                (Tone::Plain, parts.join(", ")),
            ]);
        }
        table.print_within(output.columns(), output)?;
        let waiting = backup::restore::pending(root).into_iter();
        for pending in waiting.filter(|pending| stack.is_none_or(|stack| stack == pending.stack)) {
            output.toned(&[(Tone::Warning, "! "), (Tone::Plain, &pending.sentence(now))])?;
        }
    }
    for fault in &damaged {
        report::report(fault, output);
    }
    Ok(damaged.first().map_or(0, Fault::exit_code))
}
