//! `backup`: takes them, tells of them, proves them and lets them go.

mod identity;
mod list;
mod offsite;
mod restore;
mod show;
mod stats;
mod verify;

use super::arguments::Global;
use super::change;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose;
use super::stacks;
use crate::backup::{self, Found, find, proof};
use crate::domain::task::{BundleOperation, TaskRequest};
use crate::domain::{Fault, Operation, StackRef, TaskTarget, units};
use clap::Subcommand;
use identity::Identity;
use serde_json::json;
use std::path::{Path, PathBuf};

/// NAME is a backup's name, the beginning of one, or `latest`.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum BackupCommand {
    /// Take a backup of the stack; with --dry-run, say what would be in it
    Create,
    /// List backups, of one stack or of all
    List {
        /// Those of the stack that are off site, where its file says that copies go
        #[arg(long)]
        offsite: bool,
    },
    /// What a backup holds and what is known of it
    Show { name: String },
    /// Read all of a backup again: everything that was written is there as it was, and nothing else
    Verify {
        name: String,
        /// Have the services' own tools read it through as well, in containers of their images
        #[arg(long)]
        deep: bool,
        #[command(flatten)]
        identity: Identity,
    },
    /// Restore a backup into throw-away containers, compare, start the stack's services on it, and note how long it took
    Rehearse {
        name: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Put a backup back: beside what is there, then in its place; what was there is kept until it is accepted
    Restore(restore::Arguments),
    /// Remove for good what the last restore, or its undoing, took out of use
    Accept {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Put back what the last restore took out of use; done twice, what was restored is back. Brings one that was
    /// interrupted to an end
    Undo {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Remove a backup for good
    Rm {
        name: String,
        /// Do not ask
        #[arg(short, long)]
        force: bool,
    },
    /// Keep a backup whatever the policy says
    Pin { name: String },
    /// Leave a backup to the policy again
    Unpin { name: String },
    /// Remove what the stack's policy does not want any more; with --dry-run, say which
    Prune,
    /// Copy a backup off site now, or what is lacking of it there
    Push {
        name: String,
        /// Send all of it, also what seems to be there: mends what has rotted there
        #[arg(long)]
        again: bool,
    },
    /// Bring a backup back from off site; it appears when every byte of it has been compared
    Pull {
        /// A backup's name, the beginning of one, or `latest`, among those that are off site
        name: String,
    },
    /// How many there are, how much they take, and how much room is left
    Stats,
    /// Write a backup into one tar file
    Export {
        name: String,
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

impl BackupCommand {
    /// Whether --dry-run can tell what it would do, or it does nothing.
    pub fn can_be_planned(&self) -> bool {
        match self {
            Self::Create
            | Self::List { .. }
            | Self::Show { .. }
            | Self::Rehearse { .. }
            | Self::Restore(_)
            | Self::Accept { .. }
            | Self::Undo { .. }
            | Self::Rm { .. }
            | Self::Prune
            | Self::Push { .. }
            | Self::Pull { .. }
            | Self::Stats => true,
            Self::Verify { .. } | Self::Pin { .. } | Self::Unpin { .. } | Self::Export { .. } => false,
        }
    }
}

pub async fn run(context: &Context, command: BackupCommand, output: Output) -> Result<u8, Fault> {
    let root = backup::root(&context.paths.state);
    let stack = project(context, &root).await?;
    let stack = stack.as_deref();
    let named = |name: &str| find(&root, stack, name);
    match command {
        BackupCommand::Create => change::run(context, Operation::Backup, &[], output).await,
        BackupCommand::Prune => {
            change::run(context, Operation::Bundle(BundleOperation::Prune), &[], output).await
        }
        BackupCommand::List { offsite: false } => list::list(&root, stack, output),
        BackupCommand::List { offsite: true } => offsite::list(context, &root, output).await.map(|()| 0),
        BackupCommand::Push { name, again } => {
            let operation = BundleOperation::Push { name: named(&name)?.name, again };
            change::run(context, Operation::Bundle(operation), &[], output).await
        }
        BackupCommand::Pull { name } => {
            change::run(context, Operation::Bundle(BundleOperation::Fetch { name }), &[], output).await
        }
        BackupCommand::Show { name } => show::show(&named(&name)?, output).map(|()| 0),
        BackupCommand::Verify { name, deep, identity } => {
            let deep = deep.then_some(&identity);
            verify::verify(context, &root, &named(&name)?, deep, output).await.map(|()| 0)
        }
        BackupCommand::Rehearse { name, identity } => {
            let found = named(&name)?;
            let identity = identity.path()?;
            let operation = BundleOperation::Rehearse { name: found.name.clone(), identity };
            context.may_change("rehearse")?;
            let target = TaskTarget::Stack(files_of(context, &found).await?);
            change::submit(context, TaskRequest { operation: Operation::Bundle(operation), target }, output)
                .await
        }
        BackupCommand::Restore(arguments) => restore::run(context, arguments, output).await,
        BackupCommand::Accept { yes } => {
            change::confirmed(context, Operation::RestoreAccept, &[], yes, output).await
        }
        BackupCommand::Undo { yes } => {
            change::confirmed(context, Operation::RestoreUndo, &[], yes, output).await
        }
        BackupCommand::Rm { name, force } => {
            let found = named(&name)?;
            let operation = BundleOperation::Remove { name: found.name.clone() };
            context.may_change("backup rm")?;
            change::submit_confirmed(context, request(&found, operation), force, output).await
        }
        BackupCommand::Pin { name } => pin(context, &named(&name)?, true, output).map(|()| 0),
        BackupCommand::Unpin { name } => pin(context, &named(&name)?, false, output).map(|()| 0),
        BackupCommand::Stats => stats::stats(&root, stack, output).map(|()| 0),
        BackupCommand::Export { name, output: file } => export(&named(&name)?, &file, output).map(|()| 0),
    }
}

/// The project whose backups are meant; `None` when it is all of them. A stack's files may give it another name than it is
/// found by; without its files it is the name of the project.
async fn project(context: &Context, root: &Path) -> Result<Option<String>, Fault> {
    let Global { stack, project, .. } = &context.global;
    let (Some(stack), None) = (stack, project) else { return Ok(project.clone()) };
    match choose(context).await {
        Ok(chosen) => Ok(Some(chosen.reference.project)),
        // What is left of a stack that is gone may be its backups.
        Err(_) if backup::bundles(root, Some(stack)).is_ok_and(|bundles| !bundles.is_empty()) => {
            Ok(Some(stack.clone()))
        }
        Err(fault) => Err(fault),
    }
}

/// The stack that the backup is of, with the files that it has today: those that were named, else those that a list of
/// all stacks finds.
async fn files_of(context: &Context, found: &Found) -> Result<StackRef, Fault> {
    if let Ok(chosen) = choose(context).await
        && chosen.reference.project == found.stack
    {
        return Ok(chosen.reference);
    }
    let containers = context.engine().await?.fleet().await?;
    let files = stacks::all(context, &containers).into_iter().filter_map(|listed| listed.file.ok());
    let known = files.map(|file| file.reference).find(|reference| reference.project == found.stack);
    Ok(known.unwrap_or_else(|| StackRef::named(&found.stack)))
}

/// It needs nothing of the stack but its name, which the backup has.
fn request(found: &Found, operation: BundleOperation) -> TaskRequest {
    let target = TaskTarget::Stack(StackRef::named(&found.stack));
    TaskRequest { operation: Operation::Bundle(operation), target }
}

fn pin(context: &Context, found: &Found, pinned: bool, output: Output) -> Result<(), Fault> {
    context.may_change("pin")?;
    proof::pin(&found.directory, pinned)?;
    if output.json {
        return print_json(&json!({ "stack": found.stack, "name": found.name, "pinned": pinned }));
    }
    let word = if pinned { "pinned" } else { "left to the policy" };
    output.toned(&[
        (Tone::Good, "✓ "),
        (Tone::Plain, &found.name),
        (Tone::Plain, " is "),
        (Tone::Plain, word),
    ])
}

fn export(found: &Found, file: &std::path::Path, output: Output) -> Result<(), Fault> {
    let bytes = backup::export(found, file)?;
    if output.json {
        let file = file.display().to_string();
        return print_json(
            &json!({ "stack": found.stack, "name": found.name, "file": file, "bytes": bytes }),
        );
    }
    output.line(format!("{} ({})", file.display(), units::bytes(bytes)))
}
