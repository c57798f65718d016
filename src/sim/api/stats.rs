//! `GET /containers/{id}/stats`.

use super::reply::{json, stream};
use super::{Answer, Call};
use crate::sim::world::container::Container;
use crate::sim::world::{Refusal, World};
use bytes::Bytes;
use futures_util::stream::unfold;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

fn sample(world: &World, id: &str, previous: bool) -> Option<Value> {
    Some(world.stats(world.containers.get(id)?, previous))
}

pub async fn stats(call: &Call, reference: &str) -> Answer {
    let shared = Arc::clone(&call.shared);
    let id = shared.with(|world| world.find(reference))?;
    let gone = || Refusal::missing(format!("No such container: {reference}"));
    if call.query.get("stream").is_some() && !call.query.flag("stream") {
        let one_shot = call.query.flag("one-shot");
        if !one_shot {
            // The engine waits for two of its own samples, a second apart.
            let deadline = shared.clock.now().after(Duration::from_secs(1));
            shared
                .wait_for(Some(deadline), |world| {
                    let running = world.containers.get(&id).is_some_and(Container::is_running);
                    (!running).then_some(())
                })
                .await;
        }
        let value = shared.with(|world| sample(world, &id, !one_shot)).ok_or_else(gone)?;
        return Ok(json(200, &value));
    }
    let first = shared.with(|world| sample(world, &id, false)).ok_or_else(gone)?;
    let pieces = unfold((shared, id, Some(first)), |(shared, id, first)| async move {
        if let Some(first) = first {
            return Some((Bytes::from(format!("{first}\n")), (shared, id, None)));
        }
        let deadline = shared.clock.now().after(Duration::from_secs(1));
        let gone = |world: &mut World| (!world.containers.contains_key(&id)).then_some(());
        shared.wait_for(Some(deadline), gone).await;
        let next = shared.with(|world| sample(world, &id, true))?;
        Some((Bytes::from(format!("{next}\n")), (shared, id, None)))
    });
    Ok(stream("application/json", pieces))
}
