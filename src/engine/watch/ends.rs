//! How runs ended. An inspect tells of the present run alone, and nothing of who ended it; the events tell both, and
//! are remembered here for the details of what is inspected next.

use crate::domain::container::LastEnd;
use crate::domain::daemon::DaemonEvent;
use crate::domain::{Container, ContainerId, ContainerState};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// A `kill` comes right before the end that it brings about and a `stop` right after; so does an `oom`.
const NEAR: SignedDuration = SignedDuration::from_secs(10);

/// Bounded by the number of containers.
#[derive(Default)]
pub(super) struct Ends {
    by_container: HashMap<ContainerId, Seen>,
}

#[derive(Default)]
struct Seen {
    end: Option<(Timestamp, i64)>,
    asked: Option<Timestamp>,
    out_of_memory: Option<Timestamp>,
}

impl Ends {
    pub fn note(&mut self, event: &DaemonEvent) {
        let Some(time) = event.time.filter(|_| event.kind == "container") else { return };
        let id = ContainerId(event.id.clone());
        match event.action.as_str() {
            "kill" | "stop" => self.seen(id).asked = Some(time),
            "oom" => self.seen(id).out_of_memory = Some(time),
            "die" => self.seen(id).end = event.exit_code.map(|code| (time, code)),
            "destroy" => _ = self.by_container.remove(&id),
            _ => {}
        }
    }

    /// Forgets those that are gone.
    pub fn retain(&mut self, containers: &[Container]) {
        self.by_container.retain(|id, _| containers.iter().any(|container| container.id == *id));
    }

    /// Adds to what an inspect told what it cannot tell.
    pub fn complete(&mut self, container: &mut Container) {
        let Some(details) = &mut container.details else { return };
        let over = matches!(
            container.state,
            ContainerState::Exited | ContainerState::Restarting | ContainerState::Dead
        );
        if let Some(finished) = details.finished_at.filter(|_| over) {
            let seen = self.seen(container.id.clone());
            seen.end = Some((finished, details.exit_code));
            if details.oom_killed {
                seen.out_of_memory = Some(finished);
            }
        }
        details.last_end = self.by_container.get(&container.id).and_then(Seen::last_end);
    }

    fn seen(&mut self, id: ContainerId) -> &mut Seen {
        self.by_container.entry(id).or_default()
    }
}

impl Seen {
    fn last_end(&self) -> Option<LastEnd> {
        let (end, exit_code) = self.end?;
        let near = |time: Option<Timestamp>| time.is_some_and(|time| time.duration_since(end).abs() <= NEAR);
        Some(LastEnd { exit_code, oom_killed: near(self.out_of_memory), on_request: near(self.asked) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::{Safe, fixtures};

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn event(action: &str, time: i64) -> DaemonEvent {
        DaemonEvent {
            time: Some(second(time)),
            kind: "container".to_owned(),
            action: Safe::new(action),
            id: fixtures::container("api").id.0,
            name: Safe::new("api"),
            service: None,
            exit_code: (action == "die").then_some(137),
        }
    }

    /// What is known of a container that was inspected after these events.
    fn after(events: &[(&str, i64)], state: ContainerState, finished: i64, oom_killed: bool) -> LastEnd {
        let mut ends = Ends::default();
        for (action, time) in events {
            ends.note(&event(action, *time));
        }
        known(&mut ends, state, finished, oom_killed).unwrap()
    }

    fn known(ends: &mut Ends, state: ContainerState, finished: i64, oom_killed: bool) -> Option<LastEnd> {
        let details = ContainerDetails {
            exit_code: if state == ContainerState::Running { 0 } else { 137 },
            oom_killed,
            finished_at: Some(second(finished)),
            ..fixtures::details()
        };
        let mut container = Container { state, details: Some(details), ..fixtures::container("api") };
        ends.complete(&mut container);
        container.details.unwrap().last_end
    }

    #[test]
    fn a_stop_that_took_its_whole_grace_was_asked_for() {
        let events = [("kill", 0), ("kill", 60), ("die", 60), ("stop", 61)];
        assert!(after(&events, ContainerState::Exited, 60, false).on_request);
        assert!(after(&[("kill", 0), ("die", 1)], ContainerState::Exited, 1, false).on_request);
    }

    #[test]
    fn a_crash_was_not_asked_for_nor_one_long_after_a_signal_or_a_stop() {
        assert!(!after(&[("die", 60)], ContainerState::Exited, 60, false).on_request);
        assert!(!after(&[("kill", 0), ("die", 60)], ContainerState::Exited, 60, false).on_request);
        let again = [("die", 0), ("stop", 0), ("start", 30), ("die", 90)];
        assert!(!after(&again, ContainerState::Exited, 90, false).on_request);
    }

    #[test]
    fn what_ended_the_run_before_is_known_while_the_next_one_runs() {
        let events = [("oom", 5), ("die", 5), ("start", 6)];
        let end = after(&events, ContainerState::Running, 5, false);
        assert_eq!(end, LastEnd { exit_code: 137, oom_killed: true, on_request: false });
        let mut ends = Ends::default();
        let inspected = known(&mut ends, ContainerState::Restarting, 5, true);
        assert!(inspected.is_some_and(|end| end.oom_killed));
        assert_eq!(known(&mut ends, ContainerState::Running, 5, false), inspected, "no event told it");
    }

    #[test]
    fn of_what_is_gone_nothing_is_kept() {
        let mut ends = Ends::default();
        ends.note(&event("die", 0));
        ends.note(&event("destroy", 1));
        assert_eq!(known(&mut ends, ContainerState::Running, 0, false), None);
        ends.note(&event("die", 2));
        ends.retain(&[]);
        assert_eq!(known(&mut ends, ContainerState::Running, 2, false), None);
    }
}
