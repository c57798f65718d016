//! The one loop: changes are gathered until they rest, and then worked off.

use super::backlog::Backlog;
use super::pending::Pending;
use super::tree::Tree;
use super::work::Worker;
use crate::cli::context::Context;
use crate::cli::interrupts::{ENDED, Interrupts};
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::cli::stack::choose;
use crate::compose::Project;
use crate::compose::watch::{Rules, jobs, rules};
use crate::domain::{Fault, FaultKind, Operation, TaskTarget, UpOptions};
use crate::engine::Engine;
use serde_json::json;
use std::time::Instant;

pub struct Session<'run> {
    worker: Worker<'run>,
    tree: Tree,
    pending: Pending,
    backlog: Backlog,
    interrupts: Interrupts,
}

/// What is watched, and how.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'names> {
    /// With what they depend on; everything when none is named.
    pub named: &'names [String],
    /// Without what they depend on.
    pub no_deps: bool,
    pub quiet: bool,
    pub prune: bool,
}

impl<'run> Session<'run> {
    /// From here on no change is missed: what happens while the services come up is sent when they are up.
    pub async fn open(
        context: &'run Context,
        verb: &str,
        scope: Scope<'_>,
        output: Output,
    ) -> Result<Self, Fault> {
        context.may_change(verb)?;
        let interrupts = Interrupts::new()?;
        let chosen = choose(context).await?;
        let mut project = chosen.needed(verb)?.clone();
        chosen.tell_files(output);
        chosen.check_services(scope.named, &[])?;
        let reference = chosen.reference;
        if !scope.named.is_empty() {
            project.keep_only(scope.named);
        }
        let only = if scope.no_deps { scope.named } else { &[] };
        let Rules { rules, warnings } = rules(&project, only)?;
        for warning in &warnings {
            output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
        }
        let engine = context.engine().await?;
        let tree = Tree::new(&rules)?;
        let target = TaskTarget::Stack(reference);
        let Scope { quiet, prune, .. } = scope;
        let worker = Worker { context, engine, target, project, rules, quiet, prune, output };
        Ok(Self { worker, tree, pending: Pending::default(), backlog: Backlog::default(), interrupts })
    }

    pub fn engine(&self) -> &Engine {
        &self.worker.engine
    }

    /// The services that are meant.
    pub fn project(&self) -> &Project {
        &self.worker.project
    }

    pub async fn up(&self, options: UpOptions) -> Result<(), Fault> {
        self.task(Operation::Up(options)).await
    }

    pub async fn task(&self, operation: Operation) -> Result<(), Fault> {
        self.worker.task(operation, self.worker.quiet).await
    }

    /// Says what is watched, sends what the images do not have yet, and goes on until Ctrl-C.
    pub async fn go_on(&mut self) -> Result<u8, Fault> {
        let output = self.worker.output;
        for rule in &self.worker.rules {
            let path = rule.path.display().to_string();
            if output.json {
                print_json(&json!({ "event": "watching", "service": rule.service, "path": path }))?;
            } else {
                output.toned(&[
                    (Tone::Dim, "watching "),
                    (Tone::Plain, &path),
                    (Tone::Dim, " for "),
                    (Tone::Plain, &rule.service),
                ])?;
            }
        }
        for job in self.worker.newer(&mut self.tree, None).await? {
            self.backlog.add(job, Instant::now());
        }
        loop {
            tokio::select! {
                () = self.interrupts.next() => return Ok(ENDED),
                changed = self.tree.next() => self.pending.extend(changed, Instant::now()),
                () = at(self.pending.due()) => {
                    let changed = self.tree.settle(self.pending.take(), &self.worker.rules)?;
                    for job in jobs(&self.worker.rules, &changed) {
                        self.backlog.add(job, Instant::now());
                    }
                }
                () = at(self.backlog.due()) => {
                    let work = work_off(&self.worker, &mut self.tree, &mut self.backlog);
                    tokio::select! {
                        // A task that is followed says itself that it goes on.
                        biased;
                        worked = work => worked?,
                        () = self.interrupts.next() => return Ok(ENDED),
                    }
                }
            }
        }
    }
}

/// What is due. A job that fails ends nothing: it is done later, or the next change may be what mends it.
async fn work_off(worker: &Worker<'_>, tree: &mut Tree, backlog: &mut Backlog) -> Result<(), Fault> {
    while let Some(mut owed) = backlog.take(Instant::now()) {
        let later = match worker.work(&mut owed, tree).await {
            Ok(later) => later,
            Err(fault) if fault.kind == FaultKind::Cancelled => return Err(fault),
            Err(fault) if super::passes(&fault) => Some(fault),
            Err(fault) => {
                report::warn(&fault, worker.output);
                None
            }
        };
        if let Some(fault) = later
            && backlog.put_back(owed, &fault, Instant::now())
        {
            let hint = "it is tried again until it succeeds, together with what changes meanwhile";
            report::warn(&fault.hint(hint), worker.output);
        }
    }
    Ok(())
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
