//! Which containers are to be inspected: each once at a time, a few at once, and once more when it changed meanwhile.

use super::by_interest;
use crate::domain::{Container, ContainerId, Fault, FaultKind, FleetEvent};
use crate::engine::Engine;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::Instant;

/// More at once would only make the daemon slower for everybody.
const AT_ONCE: usize = 4;

/// A start that fails is told by what came before it: a network was left again, or nothing. The daemon writes down why
/// a moment later, and tells of that by no event.
const AFTERWARDS: Duration = Duration::from_secs(1);

type Inspection = Pin<Box<dyn Future<Output = (ContainerId, Result<Container, Fault>)> + Send>>;

pub(super) struct Inspections {
    engine: Engine,
    /// Bounded by the number of containers: an id is in it once.
    waiting: VecDeque<ContainerId>,
    /// To be inspected once more from then on; the earliest first, an id once.
    afterwards: VecDeque<(Instant, ContainerId)>,
    running: FuturesUnordered<Inspection>,
    in_flight: HashSet<ContainerId>,
    /// Removed while they were inspected: the answer no longer counts.
    forgotten: HashSet<ContainerId>,
}

impl Inspections {
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            waiting: VecDeque::new(),
            afterwards: VecDeque::new(),
            running: FuturesUnordered::new(),
            in_flight: HashSet::new(),
            forgotten: HashSet::new(),
        }
    }

    /// The details of everything, after what has changed.
    pub fn queue_all(&mut self, containers: &[Container]) {
        self.waiting.extend(by_interest(containers));
    }

    /// This one has changed, which is news: it goes first.
    pub fn queue(&mut self, id: ContainerId) {
        self.waiting.retain(|waiting| *waiting != id);
        self.waiting.push_front(id);
    }

    /// This one may be about to fail to start.
    pub fn queue_afterwards(&mut self, id: ContainerId) {
        self.afterwards.retain(|(_, waiting)| *waiting != id);
        self.afterwards.push_back((Instant::now() + AFTERWARDS, id));
    }

    /// When the next one is due of those that wait for their time.
    pub fn due(&self) -> Option<Instant> {
        self.afterwards.front().map(|(due, _)| *due)
    }

    pub fn queue_due(&mut self) {
        while self.due().is_some_and(|due| due <= Instant::now()) {
            if let Some((_, id)) = self.afterwards.pop_front() {
                self.queue(id);
            }
        }
    }

    pub fn forget(&mut self, id: &ContainerId) {
        self.waiting.retain(|waiting| waiting != id);
        self.afterwards.retain(|(_, waiting)| waiting != id);
        if self.in_flight.contains(id) {
            self.forgotten.insert(id.clone());
        }
    }

    /// The next fact, or `None` inside when an answer no longer counts. Yields nothing when nothing is to be done.
    pub async fn next(&mut self) -> Option<Result<Option<FleetEvent>, Fault>> {
        self.start();
        let (id, outcome) = self.running.next().await?;
        self.in_flight.remove(&id);
        if self.forgotten.remove(&id) {
            return Some(Ok(None));
        }
        Some(match outcome {
            Ok(container) => Ok(Some(FleetEvent::Changed(Box::new(container)))),
            Err(fault) if fault.kind == FaultKind::NotFound => {
                self.waiting.retain(|waiting| *waiting != id);
                Ok(Some(FleetEvent::Removed(id)))
            }
            Err(fault) if fault.kind == FaultKind::Unreachable => Err(fault),
            // One container that cannot be inspected, or whose lock the daemon waits for, is not a daemon that is away.
            Err(fault) => {
                log::warn!("{fault}");
                Ok(None)
            }
        })
    }

    fn start(&mut self) {
        let mut held = Vec::new();
        while self.running.len() < AT_ONCE {
            let Some(id) = self.waiting.pop_front() else { break };
            if self.in_flight.contains(&id) {
                // Its answer may be from before the change; it is asked again when that has come.
                held.push(id);
                continue;
            }
            self.in_flight.insert(id.clone());
            let engine = self.engine.clone();
            self.running.push(async move { (id.clone(), engine.inspect(&id).await) }.boxed());
        }
        for id in held.into_iter().rev() {
            self.waiting.push_front(id);
        }
    }
}
