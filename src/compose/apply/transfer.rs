//! Images to and from registries, with the progress of their layers.

use super::cancelled;
use super::steps::Run;
use crate::compose::plan::{Pull, Push};
use crate::domain::task::StepPart;
use crate::domain::{Fault, TaskEvent};
use crate::engine::{LayerPhase, Transfer};
use std::future::Future;
use std::time::{Duration, Instant};

/// How often progress is told; a daemon tells it many times a second.
const TELL_EVERY: Duration = Duration::from_millis(300);
/// How often it is looked whether nobody wants it any more.
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn pull(run: &Run<'_>, step: usize, order: &Pull) -> Result<(), Fault> {
    let mut teller = Teller::new(run, step, order.quiet);
    let pull = run.engine.pull(&order.reference, order.platform.as_deref(), |transfer| teller.tell(transfer));
    let pulled = unless_cancelled(run, "pull image", &order.reference, pull).await;
    optional(run, pulled, order.optional)
}

pub(super) async fn push(run: &Run<'_>, step: usize, order: &Push) -> Result<(), Fault> {
    let mut teller = Teller::new(run, step, order.quiet);
    let push = run.engine.push(&order.reference, |transfer| teller.tell(transfer));
    let pushed = unless_cancelled(run, "push image", &order.reference, push).await;
    optional(run, pushed, order.optional)
}

fn optional(run: &Run<'_>, result: Result<(), Fault>, optional: bool) -> Result<(), Fault> {
    match result {
        Err(fault) if optional && !(run.cancelled)() => {
            (run.tell)(TaskEvent::Output { text: format!("warning: {fault}; it is not required") });
            Ok(())
        }
        result => result,
    }
}

/// Ends what may take hours as soon as nobody wants it any more, and what might never end.
pub(super) async fn unless_cancelled<T>(
    run: &Run<'_>,
    operation: &str,
    object: &str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let watch = async {
        while !(run.cancelled)() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        result = work => result,
        () = watch => Err(cancelled(operation, object)),
    }
}

/// Tells what a transfer is at, not oftener than anybody can read.
pub(super) struct Teller<'run> {
    run: &'run Run<'run>,
    step: usize,
    quiet: bool,
    last: Option<Instant>,
    words: String,
}

impl<'run> Teller<'run> {
    pub fn new(run: &'run Run<'_>, step: usize, quiet: bool) -> Self {
        Self { run, step, quiet, last: None, words: String::new() }
    }

    pub fn tell(&mut self, transfer: &Transfer) {
        // What changes by words is told at once, what only counts up now and then.
        let words = transfer.words();
        let recently = self.last.is_some_and(|last| last.elapsed() < TELL_EVERY);
        if self.quiet || (recently && words == self.words) {
            return;
        }
        self.last = Some(Instant::now());
        self.words.clone_from(&words);
        let bytes = transfer.bytes();
        let (done, total) = (bytes.map(|(done, _)| done), bytes.map(|(_, total)| total));
        (self.run.tell)(TaskEvent::StepProgress { step: self.step, done, total, text: words });
        let parts = transfer.layers().map(|(id, layer)| StepPart {
            name: id.to_owned(),
            state: word(layer.phase).to_owned(),
            over: matches!(layer.phase, LayerPhase::Complete | LayerPhase::Present),
            done: layer.done,
            total: layer.total,
        });
        (self.run.tell)(TaskEvent::StepParts { step: self.step, parts: parts.collect() });
    }
}

fn word(phase: LayerPhase) -> &'static str {
    match phase {
        LayerPhase::Waiting => "waiting",
        LayerPhase::Retrying => "trying again",
        LayerPhase::Transferring => "on its way",
        LayerPhase::Verifying => "verifying",
        LayerPhase::Transferred => "arrived",
        LayerPhase::Extracting => "extracting",
        LayerPhase::Complete => "complete",
        LayerPhase::Present => "there already",
    }
}
