//! What the console would know of the server now, for what is printed instead of shown.

use super::Console;
use super::headless::Headless;
use crate::app::pane::PaneId;
use crate::app::{Effect, State};
use crate::domain::{Container, Fault};
use jiff::Timestamp;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::Instant;

/// No answer is waited for longer than this; what has not come by then stays unknown.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody looks at the screen, but the figures of what would be on it are asked for first.
const SIZE: (u16, u16) = (200, 60);
/// So often it is looked whether all is there.
const STEP: Duration = Duration::from_millis(100);
/// What has come may lead to something else that is to be looked at, as the last lines of what is in trouble.
const SETTLE: Duration = Duration::from_millis(1500);

/// Feeds a console without a terminal until it knows what it can know, and for so long at least. What the daemon still
/// tells of the time since then stands on the timeline.
pub fn look(mut console: Console, since: Timestamp, at_least: Duration) -> Result<State, Fault> {
    // The logs of a selection are of no use here.
    // Of what happened before it is asked here, as far back as is wanted.
    console.state.timeline.ask_once();
    (console.state.focus, console.state.zoomed) = (PaneId::Findings, true);
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::io("look at", "the server", &error))?;
    let mut headless = Headless::start(console, SIZE)?;
    runtime.block_on(async {
        headless.draw();
        let began = Instant::now();
        let mut asked = false;
        let mut complete = None;
        while began.elapsed() < PATIENCE.max(at_least) {
            headless.feed(Instant::now() + STEP, |_| false).await;
            headless.console.tick();
            let state = &headless.console.state;
            if state.fleet.is_listed() && !asked {
                asked = headless.effects.try_send(Effect::ReadEvents { since }).is_ok();
            }
            complete = is_complete(state).then(|| complete.unwrap_or_else(Instant::now));
            let settled = complete.is_some_and(|complete| complete.elapsed() >= SETTLE);
            if settled && began.elapsed() >= at_least {
                break;
            }
        }
    });
    Ok(headless.console.state)
}

fn is_complete(state: &State) -> bool {
    if state.no_docker().is_some() {
        return true;
    }
    let details = |container: &Container| container.details.is_some();
    let mut checks = state.health.reports().filter(|report| !state.tree.is_only_offered(&report.id.stack));
    state.fleet.is_listed()
        && state.fleet.containers().values().all(details)
        && state.timeline.reaches_back()
        && state.host.sample().is_some()
        && state.gpus.sample().is_some_and(|sample| !sample.is_stopgap())
        && state.stacks.was_heard()
        && state.fleet.containers().keys().all(|id| state.signs.was_looked_through(id))
        && !state.tails.is_waiting()
        && !state.listeners.is_waiting()
        && checks.all(|report| report.last_run.is_some())
}
