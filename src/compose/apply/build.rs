//! Images from Dockerfiles: the context goes to the daemon while it is read.

use super::steps::Run;
use super::transfer::{Teller, unless_cancelled};
use crate::compose::archive::Sending;
use crate::compose::context::{Context, Source};
use crate::compose::plan::{Build, BuildSource};
use crate::domain::{Fault, TaskEvent, units};
use crate::engine::{BuildRequest, BuildUlimit, BuildUpdate};
use std::convert::Infallible;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// So many lines of one build go into the journal.
const MOST_LINES: usize = 10_000;

pub(super) async fn build(run: &Run<'_>, step: usize, order: &Build) -> Result<(), Fault> {
    let say = |text: String| {
        (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text });
    };
    if order.only_if_missing && run.engine.image(&order.reference).await?.is_some() {
        say("not needed: it was pulled".to_owned());
        return Ok(());
    }
    let mut request = request(order);
    let (archive, sending) = match &order.source {
        BuildSource::Remote { address, dockerfile } => {
            request.remote = Some(address.clone());
            request.dockerfile.clone_from(dockerfile);
            (None, Sending::default())
        }
        BuildSource::Directory { path, dockerfile, inline } => {
            let source = Source { service: &order.service, directory: path, dockerfile, inline };
            let context = Context::open(source)?;
            request.dockerfile.clone_from(&context.dockerfile);
            let (archive, sending) = context.send();
            (Some(archive), sending)
        }
    };
    let mut teller = Teller::new(run, step, order.quiet);
    let mut left = if order.quiet { 0 } else { MOST_LINES };
    let mut write = |text: String| {
        if left == 1 {
            (run.tell)(TaskEvent::StepOutput { step, text: "… what follows is not shown".to_owned() });
        } else if left > 1 {
            (run.tell)(TaskEvent::StepOutput { step, text });
        }
        left = left.saturating_sub(1);
    };
    let build = run.engine.build(&order.reference, &request, archive, |update| match update {
        BuildUpdate::Step { number, total, instruction } => {
            say(format!("step {number}/{total} {instruction}"));
            write(format!("Step {number}/{total} : {instruction}"));
        }
        BuildUpdate::Line(text) => write(text),
        BuildUpdate::Pull(transfer) => teller.tell(&transfer),
    });
    let work = async {
        tokio::select! {
            result = build => result,
            never = tell_sent(&sending, &say) => match never {},
        }
    };
    match unless_cancelled(run, "build image", &order.reference, work).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(sending.cause_of(fault)),
    }
}

/// Tells how much of the context has gone, as long as any goes.
async fn tell_sent(sending: &Sending, say: &dyn Fn(String)) -> Infallible {
    let mut before = 0;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let bytes = sending.bytes();
        if bytes > before {
            before = bytes;
            say(format!("sending the context, {}", units::bytes(bytes)));
        }
    }
}

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
        ..BuildRequest::default()
    }
}
