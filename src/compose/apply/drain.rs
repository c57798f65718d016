//! Waits until a container that gets no new requests has answered those that it is at. Which connections it has it tells
//! itself, by `/proc/net/tcp`; those of its proxies count. Where it cannot tell, a time has to do.

mod peers;

use super::cancelled;
use super::steps::Run;
use crate::compose::command;
use crate::compose::plan::Target;
use crate::domain::{Container, Fault, FaultKind, TaskEvent};
use crate::engine::ExecRequest;
use peers::{Watch, peers};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(200);
/// A proxy that reloads goes on with what it has begun for a moment.
const AT_LEAST: Duration = Duration::from_secs(2);
/// Without a new connection for so long, none is coming any more.
const QUIET: Duration = Duration::from_millis(1500);
/// What is waited where connections cannot be seen.
const BLIND: Duration = Duration::from_secs(5);

pub(super) async fn drain(
    run: &Run<'_>,
    step: usize,
    containers: &[Target],
    proxies: &[Target],
    limit: Duration,
) -> Result<(), Fault> {
    let begun = Instant::now();
    let mut addresses = BTreeSet::new();
    for proxy in proxies {
        addresses.extend(inspect(run, proxy).await?.map(|container| own(&container)).unwrap_or_default());
    }
    let mut watches: Vec<(&Target, Watch)> =
        containers.iter().map(|target| (target, Watch::new(begun))).collect();
    loop {
        let mut open = 0;
        let mut quiet = true;
        let mut blind = false;
        for (target, watch) in &mut watches {
            match connections(run, target).await? {
                Seen::Gone => {}
                Seen::Nothing => blind = true,
                Seen::Table(table) => {
                    watch.look(&peers(&table, &addresses), Instant::now());
                    open += watch.open();
                    quiet &= watch.quiet_for(Instant::now()) >= QUIET;
                }
            }
        }
        let passed = begun.elapsed();
        let over = if blind { passed >= BLIND } else { open == 0 && quiet && passed >= AT_LEAST };
        if over {
            return Ok(());
        }
        if passed >= limit.max(AT_LEAST) {
            let seconds = limit.as_secs();
            let text = match open {
                0 => format!("warning: requests still come to it after {seconds} s"),
                open => format!(
                    "warning: {open} requests are still at work after {seconds} s; they have its grace to end"
                ),
            };
            (run.tell)(TaskEvent::Output { text });
            return Ok(());
        }
        if (run.cancelled)() {
            let names: Vec<&str> = containers.iter().map(Target::name).collect();
            return Err(cancelled("drain", &names.join(", ")));
        }
        let text = if open > 0 { format!("{open} requests at work") } else { "until it is quiet".to_owned() };
        (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text });
        tokio::time::sleep(PAUSE).await;
    }
}

enum Seen {
    /// It has ended; nobody waits for its answers.
    Gone,
    /// It cannot tell.
    Nothing,
    Table(String),
}

async fn connections(run: &Run<'_>, target: &Target) -> Result<Seen, Fault> {
    let words = ["cat", "/proc/net/tcp", "/proc/net/tcp6"].map(str::to_owned).to_vec();
    let id = run.id(target)?;
    let asked = async { command::output(run.engine.exec(&id, ExecRequest::from(words)).await?).await };
    match command::soon(target.name(), asked).await {
        Ok((bytes, 0 | 1)) => Ok(Seen::Table(String::from_utf8_lossy(&bytes).into_owned())),
        Ok(_) => Ok(Seen::Nothing),
        Err(fault) => failed(fault),
    }
}

fn failed(fault: Fault) -> Result<Seen, Fault> {
    match fault.kind {
        FaultKind::NotFound | FaultKind::Conflict => Ok(Seen::Gone),
        FaultKind::Unreachable | FaultKind::Timeout => Err(fault),
        FaultKind::Permission
        | FaultKind::Invalid
        | FaultKind::Exhausted
        | FaultKind::Refused
        | FaultKind::Locked
        | FaultKind::Cancelled
        | FaultKind::Internal => Ok(Seen::Nothing),
    }
}

async fn inspect(run: &Run<'_>, target: &Target) -> Result<Option<Container>, Fault> {
    match run.engine.inspect(&run.id(target)?).await {
        Ok(container) => Ok(Some(container)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn own(container: &Container) -> Vec<IpAddr> {
    container.networks.iter().filter_map(|attachment| attachment.address).collect()
}
