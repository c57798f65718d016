//! `tasks cleanup`.

use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::domain::yaml::go_duration;
use crate::domain::{Fault, FaultKind};
use crate::task::Store;
use jiff::Timestamp;

pub(super) fn run(store: &Store, older_than: &str, dry_run: bool, output: Output) -> Result<u8, Fault> {
    let limit = go_duration(older_than).ok_or_else(|| {
        Fault::new(FaultKind::Invalid, "read argument", format!("--older-than {older_than}"))
            .because("expected a duration")
            .hint("for example --older-than 24h or --older-than 7d")
    })?;
    let cleaned = store.clean(limit, Timestamp::now(), dry_run)?;
    if output.json {
        print_json(&cleaned)?;
    } else {
        for id in &cleaned.removed {
            output.toned(&[
                (Tone::Dim, if dry_run { "would remove " } else { "removed " }),
                (Tone::Plain, &id.0),
            ])?;
        }
        let (removed, kept) = (cleaned.removed.len(), cleaned.kept);
        let what = if dry_run { "would be removed" } else { "removed" };
        output.line(format!("{removed} {what}, {kept} kept"))?;
    }
    for fault in &cleaned.faults {
        report::warn(fault, output);
    }
    Ok(cleaned.faults.first().map_or(0, Fault::exit_code))
}
