//! Requests that change a container's state.

use super::reply::empty;
use super::{Answer, Call, no_content};
use crate::sim::world::Refusal;
use crate::sim::world::lifecycle::signal;
use std::time::Duration;

fn grace(call: &Call) -> Option<Duration> {
    match call.query.number::<i64>("t") {
        Some(seconds) if seconds >= 0 => Some(Duration::from_secs(seconds.unsigned_abs())),
        // A negative time means to wait for as long as it takes.
        Some(_) => Some(Duration::from_hours(24 * 365)),
        None => None,
    }
}

/// Stops a container; `false` when it was not running.
async fn stop_and_wait(call: &Call, reference: &str) -> Result<bool, Refusal> {
    let shared = &call.shared;
    let (id, begun) = shared.with(|world| {
        let id = world.find(reference)?;
        let deadline = world.begin_stop(&id, grace(call))?;
        let run = world.containers.get(&id).map(|container| container.run);
        Ok::<_, Refusal>((id, deadline.zip(run)))
    })?;
    let Some((deadline, run)) = begun else { return Ok(false) };
    let ended = |world: &mut crate::sim::world::World| {
        let still =
            world.containers.get(&id).is_some_and(|container| container.run == run && container.is_running());
        (!still).then_some(())
    };
    if shared.wait_for(Some(deadline), ended).await.is_none() {
        shared.with(|world| world.send(&id, 9));
        shared.wait_for(None, ended).await;
    }
    shared.with(|world| world.emit_container(&id, "stop", &[]));
    Ok(true)
}

pub fn start(call: &Call, id: &str) -> Answer {
    let started = call.shared.with(|world| world.start(id))?;
    Ok(empty(if started { 204 } else { 304 }))
}

pub async fn stop(call: &Call, id: &str) -> Answer {
    let stopped = stop_and_wait(call, id).await?;
    Ok(empty(if stopped { 204 } else { 304 }))
}

pub async fn restart(call: &Call, reference: &str) -> Answer {
    let id = call.shared.with(|world| world.find(reference))?;
    stop_and_wait(call, &id).await?;
    call.shared.with(|world| {
        world.start(&id)?;
        world.emit_container(&id, "restart", &[]);
        Ok(no_content())
    })
}

pub fn kill(call: &Call, id: &str) -> Answer {
    let number = signal(call.query.get("signal").filter(|name| !name.is_empty()).unwrap_or("KILL"))?;
    call.shared.with(|world| world.kill(id, number))?;
    Ok(no_content())
}

pub fn pause(call: &Call, id: &str) -> Answer {
    call.shared.with(|world| world.pause(id))?;
    Ok(no_content())
}

pub fn unpause(call: &Call, id: &str) -> Answer {
    call.shared.with(|world| world.unpause(id))?;
    Ok(no_content())
}

pub fn rename(call: &Call, id: &str) -> Answer {
    let name = call.query.get("name").unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad("Neither old nor new names may be empty"));
    }
    call.shared.with(|world| world.rename(id, &name))?;
    Ok(no_content())
}

/// A terminal's new size; a container's own terminal has nobody at it.
pub fn resize(call: &Call, id: &str) -> Answer {
    call.shared.with(|world| world.find(id))?;
    Ok(empty(200))
}

pub fn remove(call: &Call, id: &str) -> Answer {
    let (force, volumes) = (call.query.flag("force"), call.query.flag("v"));
    call.shared.with(|world| world.remove(id, force, volumes))?;
    Ok(no_content())
}
