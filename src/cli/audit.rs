//! `audit`: who did what, and whether the log of it is whole.

use super::context::Context;
use super::moment;
use super::output::{Output, Tone, print_json};
use super::report;
use super::table::Table;
use crate::domain::Fault;
use crate::task::AuditEntry;
use jiff::{Timestamp, Unit};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Only tell whether the log is as it was written: exit code 2, and the first line that is not
    #[arg(long)]
    pub verify: bool,
    /// So many of the last entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub tail: usize,
    /// Only what is newer: a time such as 2026-11-20T10:00:00Z, or a duration such as 10m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments, output: Output) -> Result<u8, Fault> {
    let now = Timestamp::now();
    let since = arguments.since.as_deref().map(|text| moment::read("--since", text, now)).transpose()?;
    let trail = context.store()?.audit().read()?;
    if arguments.verify {
        if let Some(fault) = trail.broken {
            return Err(fault);
        }
        let entries = trail.entries.len();
        return if output.json {
            print_json(&json!({ "entries": entries, "whole": true, "sealed": trail.sealed })).map(|()| 0)
        } else if trail.sealed {
            output.line(format!("{entries} entries, as they were written")).map(|()| 0)
        } else {
            let words =
                "as they were written; whether the last ones are missing is not known before the next one";
            output.line(format!("{entries} entries, {words}")).map(|()| 0)
        };
    }
    let newer = trail.entries.iter().filter(|entry| since.is_none_or(|since| entry.time >= since));
    let newer: Vec<&AuditEntry> = newer.collect();
    let shown = &newer[newer.len().saturating_sub(arguments.tail)..];
    if output.json {
        print_json(shown)?;
    } else {
        list(shown, output)?;
    }
    // Whoever reads it must know what it is worth.
    if let Some(fault) = &trail.broken {
        report::warn(fault, output);
    }
    Ok(trail.broken.as_ref().map_or(0, Fault::exit_code))
}

fn list(entries: &[&AuditEntry], output: Output) -> Result<(), Fault> {
    let titles = ["TIME", "WHO", "FROM", "WHAT", "TARGET", "OUTCOME", "PLAN", "TASK"];
    let mut table = Table::new(&titles, "nothing was done yet");
    for entry in entries {
        let tone = match entry.outcome.split(':').next() {
            Some("failed") => Tone::Bad,
            Some("cancelled") => Tone::Warning,
            Some("begun") => Tone::Dim,
            Some(_) | None => Tone::Plain,
        };
        let plain = |text: &str| (Tone::Plain, text.to_owned());
        table.row(vec![
            plain(&entry.time.round(Unit::Second).unwrap_or(entry.time).to_string()),
            plain(&entry.who),
            plain(entry.from.as_deref().unwrap_or("–")),
            plain(&entry.what),
            plain(&entry.target),
            (tone, entry.outcome.clone()),
            plain(&entry.plan),
            plain(&entry.task.0),
        ]);
    }
    table.print_within(output.columns(), output)
}
