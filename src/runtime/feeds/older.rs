//! Pages of a log's older lines: by their place in the log where a line is held to go by, else by their time.

mod by_place;
mod by_time;

use super::super::effects::Context;
use crate::app::{Msg, OlderLogs, OlderOf, OlderPage};
use crate::domain::{ContainerId, Fault, LogLine};
use crate::engine::{Engine, LogRequest};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// Logs that are read at the same time.
const AT_ONCE: usize = 8;
/// Of a page that turns out larger, the newest lines are kept: so many times those that are wanted, and so many bytes.
const MOST_TIMES: usize = 4;
const MOST_BYTES: usize = 4 << 20;
const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

pub async fn fetch(context: Context, page: OlderPage) -> Msg {
    let engine = context.engine().await;
    let read = stream::iter(page.containers.clone()).map(|of| {
        let (engine, known, page) = (&engine, &context.known, &page);
        let details = known.fleet().containers.get(&of.container).and_then(|known| known.details.clone());
        async move {
            let tty = details.map(|details| details.tty);
            let result = match engine {
                Ok(engine) => Reading { engine, of: &of, tty, page }.run().await,
                Err(fault) => Err(fault.clone()),
            };
            (of.container, result)
        }
    });
    let mut answer = OlderLogs { generation: page.generation, ..OlderLogs::default() };
    let mut read = read.buffer_unordered(AT_ONCE);
    while let Some((container, result)) = read.next().await {
        match result {
            Ok(read) => {
                answer.lines.extend(read.lines);
                if read.is_placed {
                    answer.placed.insert(container.clone());
                }
                answer.read.push((container, read.since));
            }
            Err(fault) => answer.faults.push((container, fault)),
        }
    }
    Msg::OlderLogs(answer)
}

/// A page of one container.
struct Read {
    lines: VecDeque<LogLine>,
    /// From when on all lines are there; `None` when that is all of them.
    since: Option<Timestamp>,
    /// It ends at the first line that is held, and not at a time.
    is_placed: bool,
}

struct Reading<'a> {
    engine: &'a Engine,
    of: &'a OlderOf,
    tty: Option<bool>,
    page: &'a OlderPage,
}

impl Reading<'_> {
    async fn run(&self) -> Result<Read, Fault> {
        if let Some(first) = self.of.first
            && let Some(read) = self.by_place(first).await?
        {
            return Ok(read);
        }
        self.by_time().await
    }

    /// A page is large enough with so many.
    fn wanted(&self) -> usize {
        usize::try_from(self.page.lines).unwrap_or(usize::MAX) / 2
    }

    /// Lines before those that are held that are asked for with them: how many were written since may be a little wrong.
    fn slack(&self) -> u64 {
        self.of.written / 8 + self.page.lines
    }

    fn request(&self) -> LogRequest {
        LogRequest { tty: self.tty, ..LogRequest::default() }
    }

    fn container(&self) -> &ContainerId {
        &self.of.container
    }
}

/// The newest of the lines that were read.
#[derive(Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    bytes: usize,
    most: usize,
    /// Some were let go.
    cut: bool,
}

impl Kept {
    fn new(wanted: u64) -> Self {
        Self {
            most: usize::try_from(wanted).unwrap_or(usize::MAX).saturating_mul(MOST_TIMES),
            ..Self::default()
        }
    }

    fn emptied(&self) -> Self {
        Self { most: self.most, ..Self::default() }
    }

    fn push(&mut self, line: LogLine) {
        self.bytes += line.line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > self.most || (self.bytes > MOST_BYTES && self.lines.len() > 1) {
            let Some(gone) = self.lines.pop_front() else { break };
            self.bytes -= gone.line.text.len();
            self.cut = true;
        }
    }

    /// Puts lines before these, of which those after `until` were read before.
    fn put_before(&mut self, older: Self, until: Timestamp) {
        let mut all = Self { cut: older.cut, ..self.emptied() };
        let is_new = |line: &LogLine| line.time <= Some(until) || self.lines.is_empty();
        let new: Vec<LogLine> = older.lines.into_iter().filter(is_new).collect();
        new.into_iter().chain(std::mem::take(&mut self.lines)).for_each(|line| all.push(line));
        *self = all;
    }

    /// Lets the lines of the first one's time go, and says which that was.
    fn forget_first(&mut self) -> Option<Timestamp> {
        let first = self.lines.iter().find_map(|line| line.time)?;
        while self.lines.front().is_some_and(|line| line.time.is_none_or(|time| time <= first)) {
            self.bytes -= self.lines.pop_front().map_or(0, |line| line.line.text.len());
        }
        Some(first)
    }
}
