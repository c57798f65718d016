//! How a scene is made: messages and keys at one moment.

use super::server::daemon;
use crate::app::fixtures::{self, now};
use crate::app::hit::HitMap;
use crate::app::{Effect, Msg, Setup, State};
use crate::domain::{Fault, FleetEvent, Plan, Safe};
use jiff::{SignedDuration, Timestamp};

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

pub fn tell(state: &mut State, msg: Msg) {
    drop(fixtures::send(state, msg));
}

pub fn press(state: &mut State, keys: &[&str]) {
    for key in keys {
        drop(fixtures::press(state, key));
    }
}

/// A console that has reached its daemon and knows nothing else.
pub fn connected() -> State {
    let mut state = empty();
    tell(&mut state, Msg::Fleet(FleetEvent::Connected(daemon(false))));
    state
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub fn empty() -> State {
    let setup = Setup { endpoint: Safe::new("unix:///var/run/docker.sock"), ..Setup::default() };
    let (mut state, faults) = State::new(setup);
    assert_eq!(faults, []);
    tell(&mut state, Msg::Drawn(HitMap::default()));
    state
}

pub fn answer_plan(state: &mut State, effects: &[Effect], result: Result<Plan, Fault>) {
    let request = effects.iter().find_map(|effect| match effect {
        Effect::RequestPlan { request, .. } => Some(*request),
        _ => None,
    });
    tell(state, Msg::Plan { request: request.unwrap(), result });
}
