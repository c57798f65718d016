//! `backup list --offsite`: what could be brought back if this server were gone.

use crate::backup::{self, offsite};
use crate::cli::context::Context;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::stack::choose;
use crate::cli::table::Table;
use crate::domain::{Fault, units};
use crate::task;
use jiff::{Timestamp, Unit};
use serde_json::json;
use std::path::Path;

pub async fn list(context: &Context, root: &Path, output: Output) -> Result<(), Fault> {
    let stack = choose(context).await?.reference;
    let place = offsite::place(&stack.project, &task::backup_policy(&stack)?)?;
    let entries = offsite::list(&place, &stack.project).await?;
    let here = backup::bundles(root, Some(&stack.project))?;
    let is_here = |name: &str| here.iter().any(|bundle| bundle.name == name);
    if output.json {
        let list: Vec<_> = entries
            .iter()
            .map(|entry| json!({ "entry": entry, "here": is_here(&entry.name), "url": place.url_of(&stack.project, &entry.name) }))
            .collect();
        return print_json(&list);
    }
    let now = Timestamp::now();
    let mut table = Table::new(
        &["STACK", "NAME", "TAKEN", "AGE", "SIZE", "HERE", "PARTS"],
        "nothing of it is off site yet",
    );
    for entry in &entries {
        let here = if is_here(&entry.name) { "yes" } else { "no" };
        let absent = || "–".to_owned();
        let (taken, age, size, parts) = entry.manifest.as_ref().map_or_else(
            || {
                let what = entry.damaged.as_ref().map_or_else(
                    || "not complete: its copy is under way, or was interrupted".to_owned(),
                    |reason| format!("damaged: {reason}"),
                );
                (absent(), absent(), absent(), what)
            },
            |manifest| {
                (
                    manifest.created.round(Unit::Second).unwrap_or(manifest.created).to_string(),
                    units::duration(units::since(manifest.created, now)),
                    units::bytes(manifest.size_bytes),
                    manifest.parts.join(", "),
                )
            },
        );
        let tone = match (&entry.manifest, &entry.damaged) {
            (Some(_), _) => Tone::Plain,
            (None, None) => Tone::Warning,
            (None, Some(_)) => Tone::Bad,
        };
        table.row(vec![
            (Tone::Plain, entry.stack.clone()),
            (Tone::Plain, entry.name.clone()),
            (Tone::Plain, taken),
            (Tone::Plain, age),
            (Tone::Plain, size),
            (Tone::Plain, here.to_owned()),
            (tone, parts),
        ]);
    }
    table.print_within(output.columns(), output)
}
