//! `up --watch`: the stack comes up, is watched and shows what its containers write, until Ctrl-C stops it.

use super::session::{Scope, Session};
use crate::cli::brought::{Before, containers};
use crate::cli::context::Context;
use crate::cli::interrupts::{ENDED, Interrupts};
use crate::cli::logs::{Follower, Form};
use crate::cli::output::Output;
use crate::cli::report;
use crate::compose::Project;
use crate::domain::{Fault, FaultKind, Operation, UpOptions};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long nobody asks whether a stack is still held, at first and at most: each time is a task of its own.
const HELD_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub async fn run(context: &Context, options: UpOptions, output: Output) -> Result<u8, Fault> {
    let (services, timeout) = (options.services.clone(), options.timeout);
    let scope = Scope { named: &options.named(), no_deps: options.no_deps, quiet: false, prune: true };
    let mut session = Session::open(context, "up", scope, output).await?;
    let (engine, project) = (session.engine().clone(), session.project().clone());
    let before = Before::of(&engine, &project.name).await?;
    let shown = shown(&project, &services);
    let mut logs = Follower::of(&engine, &project.name, shown, Form::default(), output).await?;
    let no_deps = options.no_deps;
    session.up(options).await?;
    let touched =
        if no_deps { services.iter().cloned().collect() } else { project.services.into_keys().collect() };
    let now = containers(&engine, &project.name, &touched).await?;
    let services = before.to_stop(&services, &now);
    let ended = tokio::select! {
        ended = session.go_on() => ended,
        failed = logs.follow() => failed.map(|never| match never {}),
    };
    match ended {
        Err(fault) if fault.kind != FaultKind::Cancelled => return Err(fault),
        // It tells of a task that goes on without being followed.
        Err(fault) => report::warn(&fault, output),
        Ok(_) => {}
    }
    tokio::select! {
        stopped = stop(&session, Operation::Stop { services, timeout }, output) => stopped.map(|()| ENDED),
        failed = logs.follow() => failed.map(|never| match never {}),
    }
}

/// A rebuild that goes on holds the stack. It is waited for, unless Ctrl-C is pressed again.
async fn stop(session: &Session<'_>, operation: Operation, output: Output) -> Result<(), Fault> {
    let mut interrupts = Interrupts::new()?;
    let (mut told, mut pause) = (false, HELD_PAUSE);
    loop {
        let fault = match session.task(operation.clone()).await {
            Err(fault) if fault.kind == FaultKind::Locked => fault,
            result => return result,
        };
        if !std::mem::replace(&mut told, true) {
            let then = "the services are stopped when it is over; Ctrl-C leaves them as they are";
            report::note(&format!("{fault}; {then}"), output);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            () = interrupts.next() => return Err(fault),
        }
    }
}

/// The services whose logs are shown: those that are named, but for any that want to be left out.
fn shown(project: &Project, named: &[String]) -> BTreeSet<String> {
    let services = project.services.values().filter(|service| {
        (named.is_empty() || named.contains(&service.name)) && service.attach != Some(false)
    });
    services.map(|service| service.name.clone()).collect()
}
