//! The one stream of facts about a daemon's containers.
//!
//! A list first, at once; then what the daemon says of itself, `/events`, and an inspect of what changed and only that.
//! Details of what was listed follow in the background, a few at a time. When the daemon is away the receiver is told so, and when it is back
//! everything is listed anew: events that were missed cannot be asked for reliably.

mod backoff;
mod ends;
mod inspections;

use super::connect::{ANSWER_LIMIT, Engine};
use super::endpoint::Endpoint;
use super::events::Occurrence;
use crate::domain::container::HELPER_PREFIX;
use crate::domain::{Container, ContainerId, Fault, FaultKind, FleetEvent};
use backoff::Backoff;
use ends::Ends;
use futures_util::StreamExt;
use inspections::Inspections;
use jiff::Timestamp;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, sleep_until};

/// Facts are not dropped: when the receiver is slow, the daemon's stream is read more slowly.
const QUEUE: usize = 256;
/// After so long without an event the daemon is asked for a sign of life. With the limit for the answer, a daemon that
/// falls silent is noticed within five seconds.
const QUIET: Duration = Duration::from_millis(2500);
const PING_LIMIT: Duration = Duration::from_millis(2200);

/// Why the watching of one connection ended.
enum End {
    Fault(Fault),
    /// Nobody wants to know any more.
    Closed,
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Watches a daemon from a task of its own until the receiver is dropped.
pub fn watch(endpoint: Endpoint) -> Receiver<FleetEvent> {
    let (sender, receiver) = channel(QUEUE);
    tokio::spawn(async move {
        tokio::select! {
            () = sender.closed() => {}
            () = keep_watching(&endpoint, &sender) => {}
        }
    });
    receiver
}

async fn keep_watching(endpoint: &Endpoint, sender: &Sender<FleetEvent>) {
    let mut backoff = Backoff::default();
    let mut ends = Ends::default();
    loop {
        let mut following = None;
        let End::Fault(fault) = watch_once(endpoint, sender, &mut ends, &mut following).await else { return };
        let pause = backoff.next(following.map(|since: Instant| since.elapsed()));
        let retry_in_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        if send(sender, FleetEvent::Lost { fault, retry_in_ms }).await.is_err() {
            return;
        }
        sleep(pause).await;
    }
}

async fn send(sender: &Sender<FleetEvent>, event: FleetEvent) -> Result<(), End> {
    if is_of_helper(&event) {
        return Ok(());
    }
    sender.send(event).await.map_err(|_| End::Closed)
}

/// What is told of a container that a task of ours works with: the task tells what there is to know.
fn is_of_helper(event: &FleetEvent) -> bool {
    match event {
        FleetEvent::Changed(container) => container.is_helper(),
        FleetEvent::Noted(event) => event.name.as_str().starts_with(HELPER_PREFIX),
        FleetEvent::Connected(_)
        | FleetEvent::Listed(_)
        | FleetEvent::Removed(_)
        | FleetEvent::Lost { .. } => false,
    }
}

/// `following` is set to the moment from which the events were followed.
async fn watch_once(
    endpoint: &Endpoint,
    sender: &Sender<FleetEvent>,
    ends: &mut Ends,
    following: &mut Option<Instant>,
) -> End {
    let began = Instant::now();
    let outcome = async {
        let engine = Engine::connect(endpoint).await?;
        let containers = patiently(&engine, began, sender, engine.fleet()).await?;
        let mut inspections = Inspections::new(engine.clone());
        inspections.queue_all(&containers);
        ends.retain(&containers);
        send(sender, FleetEvent::Listed(containers)).await?;
        // Only now: somebody waits to see the list, and to describe itself a daemon may run other programs first.
        let (daemon, time) = while_alive(&engine, engine.daemon_and_time()).await?;
        // The daemon told its time at some moment since we began; so much earlier is certainly before the list.
        let since = time.and_then(|time| time.checked_sub(began.elapsed()).ok());
        send(sender, FleetEvent::Connected(daemon)).await?;
        *following = Some(Instant::now());
        follow(&engine, since, inspections, ends, sender).await
    };
    match outcome.await {
        Ok(end) | Err(end) => end,
    }
}

/// Waits for an answer. A daemon that takes its time is called lost meanwhile, and waited for.
async fn patiently<T>(
    engine: &Engine,
    began: Instant,
    sender: &Sender<FleetEvent>,
    answer: impl Future<Output = Result<T, Fault>>,
) -> Result<T, End> {
    let mut answer = pin!(answer);
    tokio::select! {
        answer = &mut answer => Ok(answer?),
        () = sleep_until(began + ANSWER_LIMIT) => {
            let fault = Fault::new(FaultKind::Timeout, "list the containers of", engine.endpoint().describe().as_str())
                .because("the daemon has not answered yet")
                .hint("it may be overloaded or hung; it is still being waited for");
            send(sender, FleetEvent::Lost { fault, retry_in_ms: 0 }).await?;
            Ok(answer.await?)
        }
    }
}

/// Waits for an answer that may take long, for as long as the daemon gives signs of life meanwhile.
async fn while_alive<T>(engine: &Engine, answer: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let mut answer = pin!(answer);
    loop {
        tokio::select! {
            answer = &mut answer => return answer,
            () = sleep(QUIET) => engine.ping(PING_LIMIT).await?,
        }
    }
}

async fn follow(
    engine: &Engine,
    since: Option<Timestamp>,
    mut inspections: Inspections,
    ends: &mut Ends,
    sender: &Sender<FleetEvent>,
) -> Result<End, End> {
    let mut occurrences = engine.occurrences(since);
    let mut quiet = pin!(sleep_until(Instant::now() + QUIET));
    loop {
        let due = inspections.due();
        tokio::select! {
            occurrence = occurrences.next() => {
                let Some(occurrence) = occurrence else {
                    return Err(ended(engine).into());
                };
                let occurrence = occurrence?;
                ends.note(&occurrence.event);
                for event in note(occurrence, &mut inspections) {
                    send(sender, event).await?;
                }
            }
            Some(outcome) = inspections.next() => {
                if let Some(mut event) = outcome? {
                    if let FleetEvent::Changed(container) = &mut event {
                        ends.complete(container);
                    }
                    send(sender, event).await?;
                }
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => inspections.queue_due(),
            () = &mut quiet => engine.ping(PING_LIMIT).await?,
        }
        quiet.as_mut().reset(Instant::now() + QUIET);
    }
}

fn ended(engine: &Engine) -> Fault {
    Fault::new(FaultKind::Unreachable, "follow the events of", engine.endpoint().describe().as_str())
        .because("the daemon closed the connection")
        .hint("it stops or restarts; it is tried again by itself")
}

/// What an event says at once, and what it gives cause to inspect.
fn note(occurrence: Occurrence, inspections: &mut Inspections) -> Vec<FleetEvent> {
    let Occurrence { event, container } = occurrence;
    let action = event.action.as_str();
    if is_noise(&event.kind, action) {
        return Vec::new();
    }
    let mut facts = Vec::new();
    if let Some(id) = container {
        if event.kind == "container" && action == "destroy" {
            inspections.forget(&id);
            facts.push(FleetEvent::Removed(id));
        } else {
            if may_be_starting(&event.kind, action) {
                inspections.queue_afterwards(id.clone());
            }
            inspections.queue(id);
        }
    }
    facts.push(FleetEvent::Noted(event));
    facts
}

/// What is told before a start that fails; one that succeeds tells so itself.
fn may_be_starting(kind: &str, action: &str) -> bool {
    matches!((kind, action), ("container", "create") | ("network", "connect" | "disconnect"))
}

/// Health checks alone make three of these per container every few seconds; none changes what an inspect tells.
pub(super) fn is_noise(kind: &str, action: &str) -> bool {
    const QUIET_ACTIONS: &[&str] = &[
        "exec_create",
        "exec_start",
        "exec_die",
        "exec_detach",
        "top",
        "resize",
        "attach",
        "detach",
        "export",
    ];
    // `exec_create: sh -c …`
    let verb = action.split_once(':').map_or(action, |(verb, _)| verb);
    kind == "container"
        && (QUIET_ACTIONS.contains(&verb) || verb.starts_with("archive-") || verb == "extract-to-dir")
}

/// The order in which details are fetched: what runs first.
fn by_interest(containers: &[Container]) -> Vec<ContainerId> {
    let (running, others): (Vec<_>, Vec<_>) = containers.iter().partition(|container| container.is_running());
    running.into_iter().chain(others).map(|container| container.id.clone()).collect()
}

#[cfg(test)]
mod tests;
