//! Stop, kill, pause, remove, and what follows when a process ends.

use super::container::{RestartPolicy, State};
use super::schedule::Action;
use super::{Refusal, World};
use crate::sim::clock::Moment;
use serde_json::Value;
use std::time::Duration;

/// Docker's restart back-off: from 100 ms, doubled each time, at most a minute; a run of 10 s forgives.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
const FORGIVING_RUN: Duration = Duration::from_secs(10);

const SIGNALS: [(&str, i64); 10] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("KILL", 9),
    ("USR1", 10),
    ("USR2", 12),
    ("TERM", 15),
    ("STOP", 19),
    ("WINCH", 28),
];

/// A signal by name or number.
pub fn signal(text: &str) -> Result<i64, Refusal> {
    let name = text.strip_prefix("SIG").unwrap_or(text);
    SIGNALS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, number)| *number)
        .or_else(|| text.parse().ok().filter(|number| (1..=64).contains(number)))
        .ok_or_else(|| Refusal::bad(format!("Invalid signal: {text}")))
}

impl World {
    /// Asks a running container to stop. `None`: it was not running; otherwise when it will have to be killed.
    pub fn begin_stop(
        &mut self,
        reference: &str,
        grace: Option<Duration>,
    ) -> Result<Option<Moment>, Refusal> {
        let id = self.find(reference)?;
        let now = self.now;
        let container = self.container(&id)?;
        container.stopped_by_hand = true;
        match container.state {
            State::Created | State::Exited => return Ok(None),
            State::Restarting => {
                container.state = State::Exited;
                container.run += 1;
                self.emit_container(&id, "stop", &[]);
                return Ok(None);
            }
            State::Running | State::Paused => {}
        }
        let deadline = now.after(grace.unwrap_or(container.stop_timeout));
        self.send(&id, 15);
        Ok(Some(deadline))
    }

    /// Delivers a signal to a running container.
    pub fn kill(&mut self, reference: &str, number: i64) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        let container = self.container(&id)?;
        if !container.is_running() {
            return Err(Refusal::conflict(format!(
                "Cannot kill container: {reference}: Container {id} is not running"
            )));
        }
        if number == 9 || number == 15 {
            container.stopped_by_hand = true;
        }
        self.send(&id, number);
        Ok(())
    }

    pub fn send(&mut self, id: &str, number: i64) {
        self.emit_container(id, "kill", &[("signal", number.to_string())]);
        let now = self.now;
        let Some(container) = self.containers.get_mut(id) else { return };
        let run = container.run;
        let ends = |after: Duration, code: i64| {
            Some((after, Action::Exit { id: id.to_owned(), run, code, out_of_memory: false }))
        };
        let planned = match number {
            9 => ends(Duration::from_millis(5), 137),
            2 | 3 | 15 => match &container.script {
                // The first process of a container ignores a signal for which it has set no trap.
                Some(script) => script.on_stop.and_then(|code| ends(Duration::from_millis(50), code)),
                None if container.behaviour.deaf => None,
                None => {
                    let takes =
                        container.behaviour.stops_in.map_or(Duration::from_millis(120), |span| span.0);
                    ends(takes, container.behaviour.stop_code)
                }
            },
            _ => None,
        };
        if let Some((after, action)) = planned {
            self.schedule.add(now.after(after), action);
        }
    }

    /// The process has ended. `back_after` replaces the restart policy's own back-off.
    pub(super) fn exit(&mut self, id: &str, code: i64, out_of_memory: bool, back_after: Option<Duration>) {
        let now = self.now;
        let Some(container) = self.containers.get_mut(id).filter(|container| container.is_running()) else {
            return;
        };
        let behaviour = std::sync::Arc::clone(&container.behaviour);
        container.log.catch_up(&behaviour, now);
        container.log.silence();
        container.log.finish(now);
        container.exit_code = code;
        container.out_of_memory = out_of_memory;
        container.finished = Some(now);
        container.pid = 0;
        container.run += 1;
        let run = container.run;
        let again = !container.stopped_by_hand
            && match container.restart {
                RestartPolicy::No => false,
                RestartPolicy::Always | RestartPolicy::UnlessStopped => true,
                RestartPolicy::OnFailure(most) => code != 0 && (most == 0 || container.restart_count < most),
            };
        if again {
            let long = container.started.is_some_and(|started| now.since(started) >= FORGIVING_RUN);
            container.backoff = if long || container.backoff.is_zero() {
                FIRST_BACKOFF
            } else {
                (container.backoff * 2).min(LONGEST_BACKOFF)
            };
            container.state = State::Restarting;
            let wait = back_after.unwrap_or(container.backoff);
            self.schedule.add(now.after(wait), Action::StartAgain { id: id.to_owned(), run });
        } else {
            container.state = State::Exited;
        }
        let remove =
            !again && container.host_config.get("AutoRemove").and_then(Value::as_bool).unwrap_or(false);
        if out_of_memory {
            self.emit_container(id, "oom", &[]);
        }
        self.emit_container(id, "die", &[("exitCode", code.to_string())]);
        self.leave_all(id);
        if remove {
            self.discard(id, true);
        }
    }

    pub fn pause(&mut self, reference: &str) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        let now = self.now;
        let container = self.container(&id)?;
        match container.state {
            State::Running => {}
            State::Paused => return Err(Refusal::conflict(format!("Container {id} is already paused"))),
            State::Created | State::Restarting | State::Exited => {
                return Err(Refusal::conflict(format!("Container {id} is not running")));
            }
        }
        let behaviour = std::sync::Arc::clone(&container.behaviour);
        container.log.catch_up(&behaviour, now);
        container.log.silence();
        container.state = State::Paused;
        self.emit_container(&id, "pause", &[]);
        Ok(())
    }

    pub fn unpause(&mut self, reference: &str) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        let now = self.now;
        let container = self.container(&id)?;
        if container.state != State::Paused {
            return Err(Refusal::new(500, format!("Container {id} is not paused")));
        }
        container.state = State::Running;
        let behaviour = std::sync::Arc::clone(&container.behaviour);
        container.log.begin(&behaviour, now);
        self.emit_container(&id, "unpause", &[]);
        Ok(())
    }

    pub fn remove(&mut self, reference: &str, force: bool, volumes: bool) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        let container = self.container(&id)?;
        match (container.state, force) {
            (State::Created | State::Exited, _) => {}
            (State::Running | State::Paused, true) => {
                container.stopped_by_hand = true;
                self.emit_container(&id, "kill", &[("signal", "9".to_owned())]);
                self.exit(&id, 137, false, None);
            }
            (State::Restarting, true) => container.run += 1,
            (State::Restarting, false) => {
                return Err(Refusal::conflict(format!(
                    "You cannot remove a restarting container {id}. Stop the container before attempting removal or force remove"
                )));
            }
            (State::Paused, false) => {
                return Err(Refusal::conflict(format!(
                    "You cannot remove a paused container {id}. Unpause and then stop the container before attempting removal or force remove"
                )));
            }
            (State::Running, false) => {
                return Err(Refusal::conflict(format!(
                    "You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
                )));
            }
        }
        self.discard(&id, volumes);
        Ok(())
    }

    fn discard(&mut self, id: &str, volumes: bool) {
        self.emit_container(id, "destroy", &[]);
        let Some(container) = self.containers.shift_remove(id) else { return };
        self.execs.retain(|_, exec| exec.container != id);
        if volumes {
            for mount in container.mounts.iter().filter(|mount| mount.anonymous) {
                // Another container may use it; then it stays.
                let _ = self.remove_volume(&mount.source, false);
            }
        }
        self.touch();
    }
}
