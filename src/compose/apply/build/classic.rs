//! By the classic builder: the context goes to the daemon while it is read.

use super::{Told, request};
use crate::compose::apply::steps::Run;
use crate::compose::apply::transfer::unless_cancelled;
use crate::compose::archive::Sending;
use crate::compose::context::{Context, Source};
use crate::compose::plan::{Build, BuildSource};
use crate::domain::{Fault, TaskEvent, units};
use std::convert::Infallible;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(300);

pub async fn build(run: &Run<'_>, step: usize, order: &Build, told: &mut Told<'_>) -> Result<(), Fault> {
    let mut request = request(order);
    let (archive, sending) = match &order.source {
        BuildSource::Remote { address, dockerfile, .. } => {
            request.remote = Some(address.clone());
            request.dockerfile.clone_from(dockerfile);
            (None, Sending::default())
        }
        BuildSource::Directory { path, dockerfile, inline } => {
            let source = Source { service: &order.service, directory: path, dockerfile, inline };
            let (archive, sending, dockerfile) = Context::open(source)?.send()?;
            request.dockerfile = dockerfile;
            (Some(archive), sending)
        }
    };
    let say = |text: String| {
        if !order.quiet {
            (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text });
        }
    };
    let build = run.engine.build(&order.reference, &request, archive, |update| told.take(update));
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
