//! The thread on which everything waits that is not the terminal: the daemon, files, probes. A flood of log lines is
//! taken apart here, so that a key press never queues behind it.

use super::effects::{self, Context};
use super::feeds::figures::{self, Source, Unread};
use super::feeds::fleet::{self, Known};
use super::feeds::stacks::{self, Search};
use super::feeds::{backups, checks, drift, signs, tasks};
use super::metrics::{self, Metrics, MetricsEnd};
use super::signals::{self, SignalEvent};
use crate::app::{Effect, Msg};
use crate::domain::{Fault, FleetEvent};
use crate::engine::Endpoint;
use crate::health::{Dialer, Gpus, Prober};
use crate::task::Store;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};

/// Messages that wait for the loop. The daemon's events are held back when it is full; logs are dropped when they have
/// waited in their feed.
const FACTS: usize = 1024;
/// Batches of log lines, each of some hundred kilobytes.
const LOGS: usize = 8;
const EFFECTS: usize = 256;

/// So long everything else waits for the daemon to list its containers, and then for that to be drawn.
const HEAD_START: Duration = Duration::from_millis(200);
const FIRST_PICTURE: Duration = Duration::from_millis(5);

/// What the feeds need to know.
pub struct Setup {
    pub endpoint: Result<Endpoint, Fault>,
    pub store: Store,
    pub backups: PathBuf,
    pub search: Search,
    pub source: Source,
    pub dialer: Dialer,
    /// The stats API is asked so often; the default spares a real daemon.
    pub stats_interval: Option<Duration>,
}

/// The loop's ends of the channels.
pub struct Ends {
    pub signals: mpsc::Receiver<SignalEvent>,
    pub facts: mpsc::Receiver<Msg>,
    pub metrics: MetricsEnd,
    pub logs: mpsc::Receiver<Msg>,
    pub effects: mpsc::Sender<Effect>,
    /// For what happens outside of every feed.
    pub alarm: mpsc::Sender<Msg>,
}

/// Starts the thread. It ends when the loop has dropped its ends.
pub fn start(setup: Setup) -> io::Result<Ends> {
    let (facts, facts_end) = mpsc::channel(FACTS);
    let (metrics, metrics_end) = metrics::channel();
    let (logs, logs_end) = mpsc::channel(LOGS);
    let (effects, effects_end) = mpsc::channel(EFFECTS);
    let (signals, signals_end) = mpsc::channel(16);
    let alarm = facts.clone();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("io".to_owned()).spawn(move || {
        runtime.block_on(async move {
            if let Err(error) = signals::listen(&signals) {
                log::error!("signals cannot be listened to: {error}");
            }
            feed(setup, Senders { facts, metrics, logs }, effects_end).await;
        });
        // Blocking work that is under way must not hold the process up.
        runtime.shutdown_background();
    })?;
    Ok(Ends { signals: signals_end, facts: facts_end, metrics: metrics_end, logs: logs_end, effects, alarm })
}

struct Senders {
    facts: mpsc::Sender<Msg>,
    metrics: Metrics,
    logs: mpsc::Sender<Msg>,
}

async fn feed(setup: Setup, senders: Senders, effects: mpsc::Receiver<Effect>) {
    let Senders { facts, metrics, logs } = senders;
    let known = Known::new();
    let mut listed = known.changes();
    let (stacks, stack_files) = watch::channel(Vec::new());
    let scripted = matches!(setup.source, Source::Scripted(_));
    let cgroups = setup.endpoint.as_ref().is_ok_and(Endpoint::is_local) && !scripted;
    match setup.endpoint.clone() {
        Ok(endpoint) => {
            tokio::spawn(fleet::run(endpoint, known.clone(), facts.clone()));
            // The processors are first of all for the first picture, which is the list of the containers.
            if tokio::time::timeout(HEAD_START, listed.changed()).await.is_ok() {
                tokio::time::sleep(FIRST_PICTURE).await;
            }
        }
        // There is no daemon to wait for, but files, tasks, backups and the host can still be shown.
        Err(fault) => {
            let _ = facts.send(Msg::Fleet(FleetEvent::Lost { fault, retry_in_ms: 0 })).await;
        }
    }
    let prober = Prober {
        dialer: setup.dialer,
        endpoint: setup.endpoint.as_ref().ok().cloned(),
        gpus: Gpus::watched(metrics.watch_gpus()),
    };
    let store = setup.store;
    let context = Context::new(setup.endpoint, store.clone(), known.clone(), facts.clone(), logs);
    let unread = figures::start(setup.source, known.clone(), cgroups, metrics.clone());
    let unread = unread.unwrap_or_else(|error| {
        log::error!("the sampler cannot be started: {error}");
        Unread::Everyone
    });
    tokio::spawn(figures::ask(context.clone(), metrics, unread, setup.stats_interval));
    signs::start(&context, cgroups);
    let (projects, all_projects) = watch::channel(None);
    tokio::spawn(stacks::run(setup.search, known.clone(), facts.clone(), stacks, projects));
    tokio::spawn(drift::run(all_projects, known.clone(), context.clone(), facts.clone()));
    let relisted = context.relisted.clone();
    tokio::spawn(backups::run(setup.backups, stack_files.clone(), known.clone(), relisted, facts.clone()));
    tokio::spawn(checks::run(stack_files, known, prober, facts.clone()));
    tokio::spawn(tasks::run(store, context.started.clone(), facts));
    effects::run(context, effects).await;
}
