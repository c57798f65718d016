//! `up --watch`: the stack comes up, is watched and shows what its containers write, until Ctrl-C stops it.

mod logs;

use super::session::{Scope, Session};
use crate::cli::context::Context;
use crate::cli::interrupts::{ENDED, Interrupts};
use crate::cli::output::Output;
use crate::cli::report;
use crate::domain::{Fault, FaultKind, Operation, UpOptions};
use logs::Logs;
use std::time::Duration;

/// How long nobody asks whether a stack is still held.
const HELD_PAUSE: Duration = Duration::from_millis(300);

pub async fn run(context: &Context, options: UpOptions, output: Output) -> Result<u8, Fault> {
    let (services, timeout) = (options.services.clone(), options.timeout);
    let scope = Scope { named: &options.named(), no_deps: options.no_deps, quiet: false, prune: true };
    let mut session = Session::open(context, "up", scope, output).await?;
    let mut logs = Logs::of(&session, &services, output).await?;
    session.up(options).await?;
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
    let mut told = false;
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
            () = tokio::time::sleep(HELD_PAUSE) => {}
            () = interrupts.next() => return Err(fault),
        }
    }
}
