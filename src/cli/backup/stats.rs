//! `backup stats`: how many there are, how much they take, and how much room is left.

use crate::backup::{self, Room};
use crate::cli::output::{Output, print_json};
use crate::cli::table::Table;
use crate::domain::stack::{BackupEntry, bytes_on_disk};
use crate::domain::{Fault, units};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Serialize)]
struct Stats {
    stacks: BTreeMap<String, OfStack>,
    count: usize,
    bytes: u64,
    damaged: usize,
    disk_free_bytes: Option<u64>,
    disk_bytes: Option<u64>,
}

#[derive(Serialize)]
struct OfStack {
    count: usize,
    bytes: u64,
    verified: usize,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
}

pub fn stats(root: &Path, stack: Option<&str>, output: Output) -> Result<(), Fault> {
    let (entries, damaged) = backup::survey(root, stack)?;
    let mut by_stack: BTreeMap<String, Vec<&BackupEntry>> = BTreeMap::new();
    for entry in &entries {
        by_stack.entry(entry.stack.clone()).or_default().push(entry);
    }
    let of_stack = |(name, entries): (String, Vec<&BackupEntry>)| {
        let verified = entries.iter().filter(|entry| entry.proof.is_verified()).count();
        let taken = || entries.iter().map(|entry| entry.created);
        let bytes = bytes_on_disk(entries.iter().copied());
        let (oldest, newest) = (taken().min(), taken().max());
        (name, OfStack { count: entries.len(), bytes, verified, oldest, newest })
    };
    // There may be none yet, and then nowhere to look.
    let disk = Room::of(root).ok();
    let told = Stats {
        count: entries.len(),
        bytes: bytes_on_disk(&entries),
        damaged: damaged.len(),
        disk_free_bytes: disk.map(|room| room.bytes),
        disk_bytes: disk.map(|room| room.total),
        stacks: by_stack.into_iter().map(of_stack).collect(),
    };
    if output.json {
        return print_json(&told);
    }
    let now = Timestamp::now();
    let age = |time: Option<Timestamp>| {
        time.map_or_else(String::new, |time| units::duration(units::since(time, now)))
    };
    let mut table =
        Table::new(&["STACK", "BACKUPS", "SIZE", "VERIFIED", "OLDEST", "NEWEST"], "no backups yet");
    for (name, of_stack) in &told.stacks {
        table.plain_row(vec![
            name.clone(),
            of_stack.count.to_string(),
            units::bytes(of_stack.bytes),
            of_stack.verified.to_string(),
            age(of_stack.oldest),
            age(of_stack.newest),
        ]);
    }
    table.print_within(output.columns(), output)?;
    if told.damaged > 0 {
        output.line(format!("{} are damaged: `mcp-tui backup list` names them", told.damaged))?;
    }
    if let Some(room) = disk {
        let (free, total) = (units::bytes(room.bytes), units::bytes(room.total));
        output.line(format!("{free} of {total} are free in {}", root.display()))?;
    }
    Ok(())
}
