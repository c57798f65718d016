//! Pages of a log's older lines.
//!
//! Docker counts `tail` from the very end of a log, whatever `until` says. How many lines were written since is known,
//! so a page of so many more reaches just as far back as wanted, and the daemon reads the log from its end. Where that
//! brings too little — lines were written that nobody counted, or the log was quiet, or begins — the time before is
//! asked for, at first about as long as a page takes to write, then ever longer, until enough has come or nothing is left.

use super::super::effects::Context;
use crate::app::{Msg, OlderLogs, OlderPage};
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
/// Each further time that is asked for is so many times longer than the one before, where that had lines, or had none.
const WIDER: i32 = 4;
const MUCH_WIDER: i32 = 64;
const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

pub async fn fetch(context: Context, page: OlderPage) -> Msg {
    let engine = context.engine().await;
    let read = stream::iter(page.containers.clone()).map(|(container, written)| {
        let (engine, known, page) = (&engine, &context.known, &page);
        let details = known.fleet().containers.get(&container).and_then(|known| known.details.clone());
        async move {
            let tty = details.map(|details| details.tty);
            let result = match engine {
                Ok(engine) => {
                    let mut reading =
                        Reading { engine, container: &container, tty, lines: Kept::new(page.lines) };
                    let since = reading.run(page, written).await;
                    since.map(|since| (since, reading.lines.lines))
                }
                Err(fault) => Err(fault.clone()),
            };
            (container, result)
        }
    });
    let mut answer = OlderLogs { generation: page.generation, ..OlderLogs::default() };
    let mut read = read.buffer_unordered(AT_ONCE);
    while let Some((container, result)) = read.next().await {
        match result {
            Ok((since, lines)) => {
                answer.lines.extend(lines);
                answer.read.push((container, since));
            }
            Err(fault) => answer.faults.push((container, fault)),
        }
    }
    Msg::OlderLogs(answer)
}

struct Reading<'a> {
    engine: &'a Engine,
    container: &'a ContainerId,
    tty: Option<bool>,
    lines: Kept,
}

impl Reading<'_> {
    /// Says from when on all lines are there; `None` when that is all of them.
    async fn run(&mut self, page: &OlderPage, written: u64) -> Result<Option<Timestamp>, Fault> {
        let wanted = usize::try_from(page.lines).unwrap_or(usize::MAX) / 2;
        let slack = written / 8 + page.lines;
        let newest = self.read(None, page.until, Some(written + slack)).await?;
        let before = |lines: &Kept| lines.lines.iter().filter(|line| line.time < Some(page.until)).count();
        self.lines = newest;
        // Others of the first line's nanosecond may be missing.
        let mut until = match self.lines.forget_first() {
            Some(first) if before(&self.lines) >= wanted => return Ok(Some(later(first))),
            Some(first) => first,
            None => page.until,
        };
        let mut window = page.window;
        loop {
            let since =
                until.saturating_sub(window).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH);
            let older = self.read(Some(since), until, None).await?;
            let any = !older.lines.is_empty();
            self.lines.put_before(older, until);
            if self.lines.cut {
                return Ok(self.lines.forget_first().map(later));
            }
            if before(&self.lines) >= wanted {
                return Ok(Some(since));
            }
            if since <= Timestamp::UNIX_EPOCH {
                return Ok(None);
            }
            until = since.saturating_sub(NANOSECOND).unwrap_or(since);
            window = window.saturating_mul(if any { WIDER } else { MUCH_WIDER });
        }
    }

    async fn read(
        &self,
        since: Option<Timestamp>,
        until: Timestamp,
        tail: Option<u64>,
    ) -> Result<Kept, Fault> {
        // The daemon stops at the first line that is too young, and one that is not may stand behind it.
        let until = Some(until.saturating_add(OlderPage::OVERLAP).unwrap_or(until));
        let request = LogRequest { tail, since, until, tty: self.tty, ..LogRequest::default() };
        let mut lines = self.engine.logs(self.container, request);
        let mut kept = Kept { most: self.lines.most, ..Kept::default() };
        while let Some(line) = lines.next().await {
            kept.push(line?);
        }
        Ok(kept)
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
        let mut all = Self { most: self.most, cut: older.cut, ..Self::default() };
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

fn later(time: Timestamp) -> Timestamp {
    time.saturating_add(NANOSECOND).unwrap_or(time)
}
