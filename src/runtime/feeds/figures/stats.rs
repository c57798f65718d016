//! The daemon's own figures, for containers whose cgroup files cannot be read here.

use super::schedule::Schedule;
use crate::domain::figures::NetworkOwner;
use crate::domain::{ContainerFigures, ContainerId, Safe};
use crate::engine::Engine;
use crate::runtime::effects::Context;
use crate::runtime::metrics::Metrics;
use futures_util::StreamExt as _;
use futures_util::stream;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Questions that are under way at the same time.
const AT_ONCE: usize = 4;

/// Of whom the daemon is asked.
#[derive(Debug, Clone)]
pub enum Unread {
    /// This host's cgroup files are not the containers'.
    Everyone,
    /// The cgroup reader says whom it cannot find.
    Those(watch::Receiver<Vec<ContainerId>>),
}

/// Runs until the console is over. What is on the screen is asked often, the rest seldom.
pub async fn ask(context: Context, metrics: Metrics, mut unread: Unread, interval: Option<Duration>) {
    let mut schedule = Schedule::new(interval);
    let mut rounds = tokio::time::interval(schedule.round());
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        if let Unread::Those(unread) = &mut unread
            && unread.wait_for(|unread| !unread.is_empty()).await.is_err()
        {
            return;
        }
        rounds.tick().await;
        let mut running: HashMap<ContainerId, NetworkOwner> = context.known.running().into_iter().collect();
        if let Unread::Those(unread) = &unread {
            let unread = unread.borrow();
            running.retain(|id, _| unread.contains(id));
        }
        let ids: Vec<ContainerId> = running.keys().cloned().collect();
        let due = schedule.due(&ids, &context.seen.borrow(), Instant::now());
        if due.is_empty() {
            continue;
        }
        let Ok(engine) = context.engine().await else { continue };
        let questions = due.into_iter().map(|id| {
            let network = running.get(&id).copied().unwrap_or_default();
            figures(&engine, id, network)
        });
        let answers: Vec<_> = stream::iter(questions)
            .buffer_unordered(AT_ONCE)
            .filter_map(async |answer| answer)
            .collect()
            .await;
        if !answers.is_empty() && !metrics.containers(answers) {
            return;
        }
    }
}

async fn figures(
    engine: &Engine,
    id: ContainerId,
    network: NetworkOwner,
) -> Option<(ContainerId, ContainerFigures)> {
    match engine.figures(&id, network).await {
        Ok(figures) => Some((id, figures)),
        // A container that ended meanwhile has none; a daemon that is away is reported by the fleet.
        Err(fault) => {
            log::debug!("{}", Safe::new(fault.to_string()));
            None
        }
    }
}
