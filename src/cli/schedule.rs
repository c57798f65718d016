//! `schedule`: when stacks are backed up by themselves, and what of this host sees to it.

mod host;
mod install;
mod list;
mod run;

use super::context::Context;
use super::output::{Output, Tone};
use super::report;
use super::stack::choose;
use super::stacks;
use crate::backup::schedule::{DEFAULT, Schedule};
use crate::domain::{Fault, FaultKind, StackFile};
use clap::Subcommand;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: ScheduleCommand,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum ScheduleCommand {
    /// Have systemd back the stack up when its file says; with --dry-run, only show how
    Install {
        /// Print lines for cron instead
        #[arg(long)]
        cron: bool,
        /// Where the units go, instead of where systemd looks for them
        #[arg(long, value_name = "DIRECTORY")]
        directory: Option<PathBuf>,
    },
    /// When the stacks are backed up next, and what sees to it
    List,
    /// Take away what `install` has put in place
    Remove {
        #[arg(long, value_name = "DIRECTORY")]
        directory: Option<PathBuf>,
    },
    /// Take the stack's backup if one is due; what systemd and cron start
    Run,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    match arguments.command {
        ScheduleCommand::List => list::run(context, output).await.map(|()| 0),
        ScheduleCommand::Run => run::run(context, output).await,
        ScheduleCommand::Install { cron, directory } => {
            context.may_change("install schedule")?;
            install::install(context, cron, directory, output).await.map(|()| 0)
        }
        ScheduleCommand::Remove { directory } => {
            context.may_change("remove schedule")?;
            install::remove(context, directory, output).await.map(|()| 0)
        }
    }
}

/// What schedules can be kept of.
#[derive(Default)]
pub struct Found {
    pub stacks: Vec<StackFile>,
    /// Why others, by their names, cannot be read: nobody must find out by the backup that is missing.
    pub unread: BTreeMap<String, Fault>,
}

/// The stack that the arguments name, else all of the search path.
pub async fn found(context: &Context) -> Result<Found, Fault> {
    let global = &context.global;
    let one_is_named = global.stack.is_some() || global.project.is_some() || !global.files.is_empty();
    if one_is_named {
        return Ok(Found { stacks: vec![choose(context).await?.file()], ..Found::default() });
    }
    let mut found = Found::default();
    for listed in stacks::all(context, &[]) {
        match listed.file {
            Ok(file) => found.stacks.push(file),
            Err(faults) => {
                found.unread.insert(listed.name, Fault::merged(faults));
            }
        }
    }
    Ok(found)
}

pub async fn stacks(context: &Context) -> Result<Vec<StackFile>, Fault> {
    found(context).await.map(|found| found.stacks)
}

/// When the stack is backed up. One that says nothing of it is so by default where it alone is meant, and not where it is
/// one of all that are found.
pub fn schedule_of(stack: &StackFile, alone: bool) -> Result<Option<Schedule>, Fault> {
    let project = &stack.reference.project;
    let Some(text) = stack.backup_policy.schedule.as_deref().or(alone.then_some(DEFAULT)) else {
        return Ok(None);
    };
    Schedule::parse(text).map_err(|cause| {
        Fault::new(FaultKind::Invalid, "read schedule", format!("x-mcp.backup.schedule of {project}"))
            .because(cause)
    })
}

/// Tells at once which stacks will be backed up by themselves, which will not be although they could, and what is wrong
/// with schedules that are to be kept. `alone` is whether one stack is meant.
pub fn tell_kept(found: &Found, alone: bool, output: Output) -> Result<(), Fault> {
    let Found { stacks, unread } = found;
    let (mut kept, mut left) = (Vec::new(), Vec::new());
    for fault in unread.values() {
        report::warn(fault, Output::aside());
    }
    for stack in stacks {
        let project = stack.reference.project.as_str();
        match (schedule_of(stack, alone), &stack.backup_policy.schedule) {
            (Ok(Some(_)), schedule) => {
                kept.push(format!("{project} ({})", schedule.as_deref().unwrap_or(DEFAULT)));
            }
            (Ok(None), None) if !stack.backup.is_empty() => left.push(project),
            // It says itself that none is wanted, or there is nothing to save.
            (Ok(None), _) => {}
            (Err(fault), _) => report::warn(&fault, Output::aside()),
        }
    }
    if !kept.is_empty() {
        output.toned(&[(Tone::Good, "backs up "), (Tone::Plain, &kept.join(", "))])?;
    }
    if !left.is_empty() {
        output.toned(&[
            (Tone::Warning, "does not back up "),
            (Tone::Plain, &left.join(", ")),
            (Tone::Dim, ": no x-mcp.backup.schedule says when"),
        ])?;
    }
    Ok(())
}
