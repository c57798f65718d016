//! The logs of what is selected: one stream per container, made safe here, so that the loop only
//! appends; batched, and counted when they are dropped.

mod overtake;
mod pending;

use super::super::effects::Context;
use super::fleet::{Known, LogFile};
use crate::app::{LogEnd, LogStream, Msg};
use crate::domain::{ContainerId, Fault, FaultKind, LogGates, LogLines};
use crate::engine::{Engine, LogRequest};
use crate::probe::json_log::{FollowedLog, Mark};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use overtake::Pace;
use pending::Pending;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How long lines wait for those of other containers that were written before them.
const BATCH_TIME: Duration = Duration::from_millis(50);
/// Blocks that wait to be put in order; a stream that fills it is held back by the daemon's socket.
const WAITING: usize = 8;
/// A cursor that runs down a list opens only the streams of where it stops.
const SETTLE: Duration = Duration::from_millis(40);

/// What one stream said.
enum Heard {
    Lines(LogLines),
    End(LogEnd),
}

/// What is being followed now.
#[derive(Default)]
pub struct Follower {
    generation: Option<u64>,
    streams: JoinSet<()>,
    heard: Option<mpsc::Sender<Heard>>,
}

impl Follower {
    /// Streams of another generation than the present one end first.
    pub fn follow(&mut self, generation: u64, streams: Vec<LogStream>, context: &Context) {
        if self.generation != Some(generation) {
            self.stop();
            self.generation = Some(generation);
        }
        let heard = self.heard.get_or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(WAITING);
            self.streams.spawn(gather(receiver, Pending::new(generation), context.logs.clone()));
            sender
        });
        for stream in streams {
            self.streams.spawn(listen(context.clone(), stream, heard.clone()));
        }
        // Those that have ended would otherwise be kept until the next generation.
        while self.streams.try_join_next().is_some() {}
    }

    pub fn stop(&mut self) {
        self.generation = None;
        self.heard = None;
        self.streams = JoinSet::new();
    }
}

async fn listen(context: Context, stream: LogStream, heard: mpsc::Sender<Heard>) {
    let LogStream { container, tail, since } = stream;
    tokio::time::sleep(SETTLE).await;
    let request = LogRequest { follow: true, tail, since, ..LogRequest::default() };
    let fault = match context.engine().await {
        Ok(engine) => read(&context, &engine, &container, request, &heard).await,
        Err(fault) => Some(fault),
    };
    // Whoever follows no longer does not miss the end either.
    let _ = heard.send(Heard::End(LogEnd { container, fault })).await;
}

/// Reads to the end, and says what it ended in.
async fn read(
    context: &Context,
    engine: &Engine,
    container: &ContainerId,
    request: LogRequest,
    heard: &mpsc::Sender<Heard>,
) -> Option<Fault> {
    let mut blocks = engine.log_blocks(container, request);
    let mut gates = LogGates::default();
    let mut fault = None;
    let mut pace = Pace::new(Timestamp::now(), Instant::now().into_std());
    while let Some(block) = blocks.next().await {
        match block {
            Ok(block) => {
                let mut lines = LogLines::default();
                block.iter().for_each(|line| lines.push(container, line, &mut gates));
                if !lines.is_empty() {
                    heard.send(Heard::Lines(lines)).await.ok()?;
                }
                let mark = pace.overtaken(&block, Instant::now().into_std());
                if let Some((file, terminal)) = mark.and_then(|mark| file(context, container, mark)) {
                    drop(blocks);
                    log::info!("the log of {} is a flood; it is read in its file", container.short());
                    return on_a_thread(
                        context.known.clone(),
                        container.clone(),
                        file,
                        terminal,
                        gates,
                        heard,
                    )
                    .await;
                }
            }
            Err(error) => fault = Some(error),
        }
    }
    fault
}

/// The file behind a line that the daemon has told, where it is this host's and ours to read.
fn file(context: &Context, container: &ContainerId, mark: Mark) -> Option<(FollowedLog, bool)> {
    context.endpoint.as_ref().ok().filter(|endpoint| endpoint.is_local())?;
    let LogFile { path, tty, .. } = context.known.log_file(container)?;
    Some((overtake::open(&path?, mark)?, tty))
}

async fn on_a_thread(
    known: Known,
    container: ContainerId,
    file: FollowedLog,
    terminal: bool,
    gates: LogGates,
    heard: &mpsc::Sender<Heard>,
) -> Option<Fault> {
    let (heard, id) = (heard.clone(), container.clone());
    let is_open = move || known.log_file(&id).is_some_and(|file| file.open);
    let read = move || overtake::follow(file, &container, terminal, gates, &heard, is_open);
    // It ends by itself when nobody listens any more; a task that is given up does not end it.
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|error| Some(Fault::new(FaultKind::Internal, "read", "the log").caused_by(&error)))
}

/// Until all that speak have ended. Lines are taken from them at once, whether or not the loop takes them from here:
/// otherwise the daemon would have to hold them.
async fn gather(mut heard: mpsc::Receiver<Heard>, mut pending: Pending, batches: mpsc::Sender<Msg>) {
    let mut due = pin!(sleep_until(Instant::now()));
    let mut is_due = false;
    loop {
        let is_ready = !pending.is_empty() && (is_due || pending.is_full());
        tokio::select! {
            biased;
            permit = batches.reserve(), if is_ready => {
                let Ok(permit) = permit else { return };
                permit.send(Msg::Logs(pending.take()));
            }
            item = heard.recv() => {
                if pending.is_empty() {
                    is_due = false;
                    due.as_mut().reset(Instant::now() + BATCH_TIME);
                }
                match item {
                    Some(Heard::Lines(lines)) => pending.add(lines),
                    Some(Heard::End(end)) => pending.end(end),
                    None => break,
                }
            }
            () = &mut due, if !is_due && !pending.is_empty() => is_due = true,
        }
    }
    while !pending.is_empty() && batches.send(Msg::Logs(pending.take())).await.is_ok() {}
}
