//! Lines of several containers in the order of their times.

use super::source::Source;
use crate::domain::log::Level;
use crate::domain::{Fault, RawLine};
use crate::engine::LogBlocks;
use jiff::Timestamp;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How long a line waits for older ones of containers that have written nothing yet.
const WINDOW: Duration = Duration::from_millis(50);
/// Blocks per container that wait for others meanwhile.
const WAITING: usize = 16;
/// Blocks of all containers beyond which nothing waits any more.
const MOST_WAITING: usize = 64;

pub struct Merge {
    sources: Vec<Source>,
    /// Logs that are followed have no end to wait for.
    follow: bool,
    timer: Pin<Box<Sleep>>,
}

/// What came of waiting for lines.
#[derive(Debug)]
pub enum Step {
    /// What could be printed was.
    Printed,
    /// The log of the container of this index cannot be read any further.
    Failed(usize, Fault),
    /// All of the log of the container of this index was printed; it may be opened again.
    Ended(usize),
    Over,
}

impl Merge {
    pub fn new(sources: Vec<Source>, follow: bool) -> Self {
        Self { sources, follow, timer: Box::pin(sleep(WINDOW)) }
    }

    /// Adds a log, or puts it in the place of one that has ended.
    pub fn put(&mut self, index: usize, source: Source) {
        match self.sources.get_mut(index) {
            Some(place) => *place = source,
            None => self.sources.push(source),
        }
    }

    /// Goes on with the container's next run.
    pub fn reopen(&mut self, index: usize, stream: LogBlocks) {
        if let Some(source) = self.sources.get_mut(index) {
            source.reopen(stream);
        }
    }

    /// The time of the newest line that was read of this container.
    pub fn last(&self, index: usize) -> Option<Timestamp> {
        self.sources.get(index).and_then(Source::last)
    }

    /// Whether its end was told.
    pub fn is_done(&self, index: usize) -> bool {
        self.sources.get(index).is_some_and(Source::is_done)
    }

    /// Waits until there is something to do, and does it: `print` gets the lines, each with its container's index and
    /// its level, if levels are told. Nothing is lost when it is not waited for.
    pub async fn step(
        &mut self,
        mut print: impl FnMut(usize, RawLine<'_>, Option<Level>) -> Result<(), Fault>,
    ) -> Result<Step, Fault> {
        let is_over = poll_fn(|context| self.poll(context)).await;
        for (index, source) in self.sources.iter_mut().enumerate() {
            if let Some(fault) = source.fault() {
                return Ok(Step::Failed(index, fault));
            }
            if source.has_ended() {
                return Ok(Step::Ended(index));
            }
        }
        if is_over {
            return Ok(Step::Over);
        }
        self.print(&mut print)?;
        Ok(Step::Printed)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let most = if self.follow { WAITING } else { 1 };
        let now = Instant::now();
        for source in &mut self.sources {
            source.fill(context, most);
            if self.follow {
                source.settle(now);
            }
        }
        if self.sources.iter().all(|source| source.is_over() && source.head().is_none()) {
            return Poll::Ready(true);
        }
        if self.next(now).is_some() || self.sources.iter().any(Source::has_news) {
            return Poll::Ready(false);
        }
        if let Some(due) = self.due() {
            self.timer.as_mut().reset(due);
            if self.timer.as_mut().poll(context).is_ready() {
                context.waker().wake_by_ref();
            }
        }
        Poll::Pending
    }

    /// When time alone changes something.
    fn due(&self) -> Option<Instant> {
        if !self.follow {
            return None;
        }
        let arrived = self.sources.iter().filter_map(Source::arrived).map(|arrived| arrived + WINDOW);
        arrived.chain(self.sources.iter().filter_map(Source::quiet_at)).min()
    }

    /// The container whose line is next, if that is known already, and up to which time its lines are.
    fn next(&self, now: Instant) -> Option<(usize, Option<Bound>)> {
        let mut least: Option<Bound> = None;
        let mut second: Option<Bound> = None;
        let mut missing = false;
        for (index, source) in self.sources.iter().enumerate() {
            let Some(line) = source.head() else {
                missing |= !source.is_over();
                continue;
            };
            let bound = (line.time, index);
            if least.is_none_or(|least| bound < least) {
                second = least;
                least = Some(bound);
            } else if second.is_none_or(|second| bound < second) {
                second = Some(bound);
            }
        }
        let (_, index) = least?;
        if missing {
            let waited = self.sources[index].arrived().is_some_and(|arrived| arrived + WINDOW <= now);
            let crowded = self.sources.iter().map(Source::waiting).sum::<usize>() > MOST_WAITING;
            if !self.follow || !(waited || crowded) {
                return None;
            }
        }
        Some((index, second))
    }

    fn print(
        &mut self,
        print: &mut impl FnMut(usize, RawLine<'_>, Option<Level>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let now = Instant::now();
        while let Some((index, bound)) = self.next(now) {
            let source = &mut self.sources[index];
            while let Some(line) = source.head()
                && bound.is_none_or(|bound| (line.time, index) <= bound)
            {
                print(index, line, source.level())?;
                source.advance();
                // Of one that has nothing left more must be read before it is known who is next.
                if source.at_the_beginning() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Where a line stands: its time, and of those of the same time the container's place.
type Bound = (Option<Timestamp>, usize);

#[cfg(test)]
mod tests;
