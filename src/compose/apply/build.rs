//! Images from Dockerfiles.

mod classic;
mod kit;

use super::steps::Run;
use super::transfer::{Teller, unless_cancelled};
use crate::compose::plan::Build;
use crate::domain::{Builder, Fault, TaskEvent};
use crate::engine::{BuildRequest, BuildUlimit, BuildUpdate};
use std::time::{Duration, Instant};

/// How often it is told how many bytes of something are there.
const TELL_EVERY: Duration = Duration::from_millis(300);
/// So many lines of one build go into the journal, and as many words of what it is at.
const MOST_LINES: usize = 10_000;

pub(super) async fn build(run: &Run<'_>, step: usize, order: &Build) -> Result<(), Fault> {
    if order.only_if_missing && run.engine.image(&order.reference).await?.is_some() {
        let text = "not needed: it was pulled".to_owned();
        (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text });
        return Ok(());
    }
    let mut told = Told::new(run, step, order.quiet);
    match order.builder {
        Builder::Classic => classic::build(run, step, order, &mut told).await,
        Builder::BuildKit => {
            let work = kit::build(run, order, &mut told);
            unless_cancelled(run, "build image", &order.reference, work).await
        }
    }
}

/// What a builder says, on its way into the journal.
struct Told<'run> {
    run: &'run Run<'run>,
    step: usize,
    lines: usize,
    pulls: Teller<'run>,
    pace: Pace,
}

/// How often it is told what a build is at. Layers that come at once take turns in what the daemon tells, so it is the
/// time that counts and not whether the words are others.
struct Pace {
    left: usize,
    /// When an amount was told last.
    last: Option<Instant>,
}

impl Pace {
    fn new(quiet: bool) -> Self {
        Self { left: if quiet { 0 } else { MOST_LINES }, last: None }
    }

    /// Whether to tell it: that something begins is told at once, how much of it is done now and then.
    fn allows(&mut self, amount: bool, now: Instant) -> bool {
        let recently = |last: Instant| now.saturating_duration_since(last) < TELL_EVERY;
        if self.left == 0 || (amount && self.last.is_some_and(recently)) {
            return false;
        }
        if amount {
            self.last = Some(now);
        }
        self.left -= 1;
        true
    }
}

impl<'run> Told<'run> {
    fn new(run: &'run Run<'_>, step: usize, quiet: bool) -> Self {
        let lines = if quiet { 0 } else { MOST_LINES };
        Self { run, step, lines, pulls: Teller::new(run, step, quiet), pace: Pace::new(quiet) }
    }

    fn take(&mut self, update: BuildUpdate) {
        match update {
            BuildUpdate::Step { number, total, instruction } => {
                if self.pace.allows(false, Instant::now()) {
                    self.say(format!("step {number}/{total} {instruction}"), None, None);
                }
                self.write(format!("Step {number}/{total} : {instruction}"));
            }
            BuildUpdate::Line(text) => self.write(text),
            BuildUpdate::Pull(transfer) => self.pulls.tell(&transfer),
            BuildUpdate::Doing { text, done, total } => {
                if self.pace.allows(done.is_some(), Instant::now()) {
                    self.say(text, done, total);
                }
            }
        }
    }

    fn say(&self, text: String, done: Option<u64>, total: Option<u64>) {
        (self.run.tell)(TaskEvent::StepProgress { step: self.step, done, total, text });
    }

    fn write(&mut self, text: String) {
        let step = self.step;
        if self.lines == 1 {
            (self.run.tell)(TaskEvent::StepOutput { step, text: "… what follows is not shown".to_owned() });
        } else if self.lines > 1 {
            (self.run.tell)(TaskEvent::StepOutput { step, text });
        }
        self.lines = self.lines.saturating_sub(1);
    }
}

/// What both builders are told.
fn request(order: &Build) -> BuildRequest {
    BuildRequest {
        tags: order.tags.clone(),
        args: order.args.clone(),
        labels: order.labels.clone(),
        cache_from: order.cache_from.clone(),
        target: order.target.clone(),
        network_mode: order.network.clone(),
        shm_size: order.shm_size,
        memory: order.memory,
        extra_hosts: order.extra_hosts.clone(),
        ulimits: order
            .ulimits
            .iter()
            .map(|(name, soft, hard)| BuildUlimit { name: name.clone(), soft: *soft, hard: *hard })
            .collect(),
        isolation: order.isolation.clone(),
        platform: order.platform.clone(),
        pull: order.pull,
        no_cache: order.no_cache,
        no_cache_filter: order.no_cache_filter.clone(),
        cache_to: order.cache_to.clone(),
        entitlements: order.entitlements.clone(),
        ..BuildRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_take_turns_are_told_now_and_then() {
        let mut pace = Pace::new(false);
        let begin = Instant::now();
        let told = (0..1000).filter(|at| pace.allows(true, begin + Duration::from_millis(*at))).count();
        assert_eq!(told, 4, "at 0, 300, 600 and 900 ms");
        assert!(pace.allows(false, begin), "what begins is told at once");
    }

    #[test]
    fn a_build_that_goes_on_and_on_is_told_no_more_in_the_end() {
        let mut pace = Pace::new(false);
        let begin = Instant::now();
        let told = (0..20_000).filter(|at| pace.allows(at % 2 == 0, begin + TELL_EVERY * *at)).count();
        assert_eq!(told, MOST_LINES);
    }

    #[test]
    fn quiet_is_quiet() {
        let mut pace = Pace::new(true);
        assert!(!pace.allows(true, Instant::now()) && !pace.allows(false, Instant::now()));
    }
}
