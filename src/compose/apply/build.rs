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
/// So many lines of one build go into the journal.
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
    /// What was told last, and when.
    last: Option<(String, Instant)>,
}

impl<'run> Told<'run> {
    fn new(run: &'run Run<'_>, step: usize, quiet: bool) -> Self {
        let lines = if quiet { 0 } else { MOST_LINES };
        Self { run, step, lines, pulls: Teller::new(run, step, quiet), last: None }
    }

    fn take(&mut self, update: BuildUpdate) {
        match update {
            BuildUpdate::Step { number, total, instruction } => {
                self.say(format!("step {number}/{total} {instruction}"), None, None);
                self.write(format!("Step {number}/{total} : {instruction}"));
            }
            BuildUpdate::Line(text) => self.write(text),
            BuildUpdate::Pull(transfer) => self.pulls.tell(&transfer),
            BuildUpdate::Doing { text, done, total } => {
                let recently = |(words, at): &(String, Instant)| *words == text && at.elapsed() < TELL_EVERY;
                if !self.last.as_ref().is_some_and(recently) {
                    self.last = Some((text.clone(), Instant::now()));
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
