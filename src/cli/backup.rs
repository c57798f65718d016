//! `backup`: takes one, or lists what there is to restore from.

use super::change;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::report;
use super::table::Table;
use crate::backup;
use crate::domain::{Fault, Operation, units};
use clap::Subcommand;
use jiff::{Timestamp, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum BackupCommand {
    /// Take a backup of the stack
    Create,
    /// List backups, of one stack or of all
    List,
}

pub async fn run(context: &Context, command: BackupCommand, output: Output) -> Result<u8, Fault> {
    match command {
        BackupCommand::Create => change::run(context, Operation::Backup, &[], output).await,
        BackupCommand::List => list(context, output),
    }
}

fn list(context: &Context, output: Output) -> Result<u8, Fault> {
    let root = backup::root(&context.paths.state);
    let stack = context.global.stack.as_deref().or(context.global.project.as_deref());
    let (entries, damaged) = backup::survey(&root, stack)?;
    if output.json {
        print_json(&entries)?;
    } else {
        let mut table = Table::new(&["STACK", "NAME", "TAKEN", "AGE", "SIZE", "PARTS"], "no backups yet");
        for entry in &entries {
            let parts: Vec<_> = entry.parts.iter().map(|part| part.path.as_str()).collect();
            table.plain_row(vec![
                entry.stack.clone(),
                entry.name.clone(),
                entry.created.round(Unit::Second).unwrap_or(entry.created).to_string(),
                units::duration(units::since(entry.created, Timestamp::now())),
                units::bytes(entry.size_bytes),
                parts.join(", "),
            ]);
        }
        table.print(output)?;
        output.toned(&[(Tone::Dim, &format!("in {}", root.display()))])?;
    }
    for fault in &damaged {
        report::warn(fault, output);
    }
    Ok(damaged.first().map_or(0, Fault::exit_code))
}
