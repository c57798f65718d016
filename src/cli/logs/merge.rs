//! Lines of several containers in the order of their times, as far as the clock goes forwards.

use super::source::Source;
use crate::domain::log::{Epochs, Level, Place};
use crate::domain::{Fault, RawLine};
use crate::engine::LogBlocks;
use jiff::{SignedDuration, Timestamp};
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
/// A line with a time to come waits no longer than this for those that are written now: a clock that was ahead for a
/// moment must not hold it back until the others are there.
const PATIENCE: Duration = Duration::from_secs(1);
/// The daemon's clock may be so much ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_secs(5);

pub struct Merge {
    sources: Vec<Source>,
    epochs: Epochs,
    /// That of the last line that was printed.
    epoch: u16,
    /// The clock went back before the next line of the container of this index.
    step_back: Option<(usize, Duration)>,
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
    /// Before the container of this index wrote its next line, the clock was set back by so much.
    WentBack(usize, Duration),
    /// All of the log of the container of this index was printed; it may be opened again.
    Ended(usize),
    Over,
}

impl Merge {
    pub fn new(sources: Vec<Source>, follow: bool) -> Self {
        let timer = Box::pin(sleep(WINDOW));
        Self { sources, epochs: Epochs::default(), epoch: 0, step_back: None, follow, timer }
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
        Ok(self.step_back.take().map_or(Step::Printed, |(index, by)| Step::WentBack(index, by)))
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
    fn next(&mut self, now: Instant) -> Option<(usize, Option<Bound>)> {
        let mut least: Option<Bound> = None;
        let mut second: Option<Bound> = None;
        let mut missing = false;
        for (index, source) in self.sources.iter_mut().enumerate() {
            let Some(place) = source.place(&mut self.epochs) else {
                missing |= !source.is_over();
                continue;
            };
            let bound = (place, index);
            if least.is_none_or(|least| bound < least) {
                second = least;
                least = Some(bound);
            } else if second.is_none_or(|second| bound < second) {
                second = Some(bound);
            }
        }
        let (place, index) = least?;
        if let Some(ahead) = self.ahead(place, now) {
            return Some((ahead.1, Some(ahead)));
        }
        if missing {
            let waited = self.sources[index].arrived().is_some_and(|arrived| arrived + WINDOW <= now);
            let crowded = self.sources.iter().map(Source::waiting).sum::<usize>() > MOST_WAITING;
            if !self.follow || !(waited || crowded) {
                return None;
            }
        }
        Some((index, second))
    }

    /// A line with a time to come that has waited for long enough, where the next one is of the present.
    fn ahead(&mut self, next: Place, now: Instant) -> Option<Bound> {
        if !self.follow {
            return None;
        }
        let waits = |source: &Source| source.arrived().is_some_and(|arrived| arrived + PATIENCE <= now);
        let index = self.sources.iter().position(waits)?;
        let present = i64::try_from((Timestamp::now() + AHEAD).as_nanosecond()).unwrap_or(i64::MAX);
        let (epochs, sources) = (&mut self.epochs, &mut self.sources);
        let waiting = sources.iter_mut().enumerate().skip(index).filter(|(_, source)| waits(source));
        waiting
            .filter_map(|(index, source)| Some((source.place(epochs)?, index)))
            .find(|(place, _)| next.order <= present && place.order > present)
    }

    fn print(
        &mut self,
        print: &mut impl FnMut(usize, RawLine<'_>, Option<Level>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let now = Instant::now();
        while let Some((index, bound)) = self.next(now) {
            let source = &mut self.sources[index];
            while let Some(place) = source.place(&mut self.epochs)
                && bound.is_none_or(|bound| (place, index) <= bound)
            {
                if place.epoch > self.epoch {
                    self.epoch = place.epoch;
                    self.step_back = Some((index, self.epochs.step(place.epoch)));
                    return Ok(());
                }
                let Some(line) = source.head() else { break };
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

/// Where a line stands, and of those that stand there the container's index.
type Bound = (Place, usize);

#[cfg(test)]
mod tests;
