//! The logs of what is selected: one stream per container, merged by time, batched, and counted when they are dropped.

use crate::app::{LogBatch, LogEnd, LogStream, Msg};
use crate::domain::{ContainerId, Fault, LogLine};
use crate::engine::{Engine, LogRequest};
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const BATCH_LINES: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(50);
/// Lines that wait to be put in order; a stream that fills it is held back by the daemon's socket.
const WAITING: usize = 1024;
/// A cursor that runs down a list opens only the streams of where it stops.
const SETTLE: Duration = Duration::from_millis(40);

/// What one stream said.
enum Heard {
    Line(LogLine),
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
    pub fn follow(
        &mut self,
        generation: u64,
        streams: Vec<LogStream>,
        engine: &Engine,
        floods: &mpsc::Sender<Msg>,
    ) {
        if self.generation != Some(generation) {
            self.stop();
            self.generation = Some(generation);
        }
        let heard = self.heard.get_or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(WAITING);
            self.streams.spawn(gather(
                receiver,
                Batcher { generation, floods: floods.clone(), dropped: HashMap::new() },
            ));
            sender
        });
        for stream in streams {
            self.streams.spawn(listen(engine.clone(), stream, heard.clone()));
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

async fn listen(engine: Engine, stream: LogStream, heard: mpsc::Sender<Heard>) {
    let LogStream { container, tail, since } = stream;
    tokio::time::sleep(SETTLE).await;
    let mut lines =
        pin!(engine.logs(&container, LogRequest { follow: true, tail, since, until: None, tty: None }));
    let mut fault = None;
    while let Some(item) = lines.next().await {
        match item {
            // The daemon's `since` is inclusive and may be coarser than the time of a line.
            Ok(line) if since.is_some_and(|since| line.time.is_some_and(|time| time <= since)) => {}
            Ok(line) => {
                if heard.send(Heard::Line(line)).await.is_err() {
                    return;
                }
            }
            Err(error) => fault = Some(error),
        }
    }
    // Whoever follows no longer does not miss the end either.
    let _ = heard.send(Heard::End(LogEnd { container, fault })).await;
}

async fn gather(mut heard: mpsc::Receiver<Heard>, mut batcher: Batcher) {
    while let Some(first) = heard.recv().await {
        let mut batch = vec![first];
        let mut deadline = pin!(sleep_until(Instant::now() + BATCH_TIME));
        while batch.len() < BATCH_LINES {
            tokio::select! {
                biased;
                item = heard.recv() => match item {
                    Some(item) => batch.push(item),
                    None => break,
                },
                () = &mut deadline => break,
            }
        }
        batcher.send(batch).await;
    }
}

struct Batcher {
    generation: u64,
    floods: mpsc::Sender<Msg>,
    dropped: HashMap<ContainerId, u64>,
}

impl Batcher {
    async fn send(&mut self, heard: Vec<Heard>) {
        let mut lines = Vec::with_capacity(heard.len());
        let mut ended = Vec::new();
        for item in heard {
            match item {
                Heard::Line(line) => lines.push(line),
                Heard::End(end) => ended.push(end),
            }
        }
        // A stable sort: lines of one container stay in the order in which they were written.
        lines.sort_by_key(|line| line.time);
        let dropped = self.dropped.drain().collect();
        let batch = LogBatch { generation: self.generation, lines, dropped, ended };
        // The end of a stream is told once, so it waits; lines do not, or the daemon would have to hold them.
        let full = if batch.ended.is_empty() {
            match self.floods.try_send(Msg::Logs(batch)) {
                Err(mpsc::error::TrySendError::Full(msg)) => Some(msg),
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => None,
            }
        } else {
            self.floods.send(Msg::Logs(batch)).await.err().map(|error| error.0)
        };
        if let Some(Msg::Logs(batch)) = full {
            self.count(batch);
        }
    }

    fn count(&mut self, batch: LogBatch) {
        for (container, count) in batch.dropped {
            *self.dropped.entry(container).or_default() += count;
        }
        for line in batch.lines {
            *self.dropped.entry(line.container).or_default() += 1;
        }
    }
}

/// The fault of streams that could not be opened at all.
pub fn unopened(generation: u64, streams: Vec<LogStream>, fault: &Fault) -> Msg {
    let end = |stream: LogStream| LogEnd { container: stream.container, fault: Some(fault.clone()) };
    let ended = streams.into_iter().map(end).collect();
    Msg::Logs(LogBatch { generation, ended, ..LogBatch::default() })
}
