//! By place: of the last lines of the log all those are taken that stand before the first one that is held. The clock has
//! no say in it, so what was written before it was set back is found too.
//!
//! Docker counts `tail` from the very end of a log, and how many lines were written since the first one is known, so a
//! page of so many more reaches just as far back as wanted. Reading ends at the line that is held. Where too few stand
//! before it more are asked for, until that brings no further ones: there the log begins.

use super::{Kept, Read, Reading};
use crate::domain::log::SKEW;
use crate::domain::{Fault, LogLine};
use crate::engine::LogRequest;
use futures_util::StreamExt as _;
use jiff::Timestamp;

/// Each time so many times as many lines before those that are held are asked for, and so often at most.
const MORE: u64 = 4;
const MOST_OFTEN: u32 = 6;
/// The line that is held is looked for so much further than where it is reckoned, in lines.
const ASIDE: u64 = 64;

impl Reading<'_> {
    /// `None` where the line that is held is not found in the log any more, or not this way.
    pub(super) async fn by_place(&self, first: Timestamp) -> Result<Option<Read>, Fault> {
        let mut slack = self.slack();
        let mut before = None;
        for _ in 0..MOST_OFTEN {
            let found = self.read_to(first, slack).await?;
            if found.is_there {
                let is_all = before == Some(found.count);
                if is_all || found.stepped || found.kept.cut || found.count >= self.wanted() {
                    return Ok(found.read(is_all));
                }
                before = Some(found.count);
            } else if found.ended {
                return Ok(None);
            }
            slack = slack.saturating_mul(MORE);
        }
        Ok(None)
    }

    async fn read_to(&self, first: Timestamp, slack: u64) -> Result<Found, Fault> {
        let request = LogRequest { tail: Some(self.of.written + slack), ..self.request() };
        let mut lines = self.engine.logs(self.container(), request);
        let mut found = Found::new(Kept::new(self.page.lines));
        let most = slack.saturating_mul(2).saturating_add(ASIDE);
        for _ in 0..most {
            let Some(line) = lines.next().await else {
                found.ended = true;
                break;
            };
            let line = line?;
            if line.time == Some(first) {
                found.is_there = true;
                found.of_first.push(line);
            } else if found.is_there {
                break;
            } else {
                found.push(line);
            }
        }
        Ok(found)
    }
}

/// The lines before the one that is held.
#[derive(Default)]
struct Found {
    /// As far as the clock was not set back among them.
    kept: Kept,
    count: usize,
    youngest: Option<Timestamp>,
    stepped: bool,
    /// The line that is held was found; these are of its very time, and some may not be held.
    is_there: bool,
    of_first: Vec<LogLine>,
    /// The log came to its end before.
    ended: bool,
}

impl Found {
    fn new(kept: Kept) -> Self {
        Self { kept, ..Self::default() }
    }

    fn push(&mut self, line: LogLine) {
        let steps_back =
            |time: Timestamp| self.youngest.is_some_and(|youngest| youngest.duration_since(time) > SKEW);
        if line.time.is_some_and(steps_back) {
            // What stands before is a page of its own: its times are none that this page can be put in order by.
            *self = Self { stepped: true, ..Self::new(self.kept.emptied()) };
        }
        self.youngest = self.youngest.max(line.time);
        self.count += 1;
        self.kept.push(line);
    }

    /// `None` where no line says from when on they are there.
    fn read(self, is_all: bool) -> Option<Read> {
        let mut lines = self.kept.lines;
        let since = if is_all { None } else { Some(lines.iter().filter_map(|line| line.time).min()?) };
        lines.extend(self.of_first);
        Some(Read { lines, since, is_placed: true })
    }
}
