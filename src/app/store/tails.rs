//! The last lines of containers that are in trouble: the first error among them is often the cause.

use crate::domain::{Container, ContainerId, ContainerState, LogLine};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Lines that are asked for.
pub const LINES: u64 = 60;
/// Containers whose lines are kept.
const MOST: usize = 64;
/// What goes on writing is read again after so long.
const APART: SignedDuration = SignedDuration::from_secs(10);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TailStore {
    tails: HashMap<ContainerId, Tail>,
}

#[derive(Debug, Clone, PartialEq)]
struct Tail {
    asked: Timestamp,
    /// The state and the start of the run that was asked about.
    of: (ContainerState, Option<Timestamp>),
    lines: Vec<LogLine>,
    /// Whether they were brought, or cannot be had.
    answered: bool,
    /// They could not be read when they were asked for last.
    failed: bool,
}

impl TailStore {
    /// Forgets those that are in trouble no more, and says whose lines are to be read now.
    pub fn attend<'c>(
        &mut self,
        troubled: impl Iterator<Item = &'c Container>,
        now: Timestamp,
    ) -> Vec<ContainerId> {
        let troubled: HashMap<&ContainerId, &Container> =
            troubled.take(MOST).map(|container| (&container.id, container)).collect();
        self.tails.retain(|id, _| troubled.contains_key(id));
        let mut due = Vec::new();
        for (id, container) in troubled {
            let of = (container.state, container.details.as_ref().and_then(|details| details.started_at));
            let known = self.tails.get(id);
            let passed = known.map(|tail| now.duration_since(tail.asked));
            // One that ended writes no more; one in a loop does so every few seconds.
            let is_due = match (known, passed) {
                (Some(tail), Some(passed)) => {
                    let over = tail.of == of && !container.is_running() && !tail.failed;
                    !over && (passed >= APART || passed.is_negative())
                }
                (_, _) => true,
            };
            if is_due {
                let (lines, answered) =
                    self.tails.remove(id).map(|tail| (tail.lines, tail.answered)).unwrap_or_default();
                self.tails.insert(id.clone(), Tail { asked: now, of, lines, answered, failed: false });
                due.push(id.clone());
            }
        }
        due.sort_unstable();
        due
    }

    pub fn apply(&mut self, id: &ContainerId, lines: Vec<LogLine>) -> bool {
        let Some(tail) = self.tails.get_mut(id) else { return false };
        let changed = tail.lines != lines;
        // The daemon may not have written the last words of one that ended at once yet.
        tail.failed = lines.is_empty();
        tail.lines = lines;
        tail.answered = true;
        changed
    }

    /// They cannot be had now, and are asked for again after a while, even if the container writes no more.
    pub fn give_up(&mut self, id: &ContainerId) {
        if let Some(tail) = self.tails.get_mut(id) {
            (tail.answered, tail.failed) = (true, true);
        }
    }

    /// Whether there are some of which nothing has come yet.
    pub fn is_waiting(&self) -> bool {
        self.tails.values().any(|tail| !tail.answered)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ContainerId, &[LogLine])> {
        self.tails.iter().map(|(id, tail)| (id, tail.lines.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::{compose_container, log_line, now};

    #[test]
    fn what_could_not_be_read_is_asked_for_again_after_a_while() {
        let mut store = TailStore::default();
        let ended = Container { state: ContainerState::Exited, ..compose_container("shop", "api", 1) };
        let attend = |store: &mut TailStore, seconds| {
            store.attend(std::iter::once(&ended), now() + SignedDuration::from_secs(seconds)).len()
        };
        assert_eq!(attend(&mut store, 0), 1);
        store.give_up(&ended.id);
        assert_eq!([attend(&mut store, 1), attend(&mut store, 10)], [0, 1]);
        assert!(store.apply(&ended.id, vec![log_line(&ended.id, now(), "fatal")]));
        assert_eq!(attend(&mut store, 60), 0);
    }

    #[test]
    fn one_that_ended_is_read_once_and_one_that_goes_on_again_after_a_while() {
        let mut store = TailStore::default();
        let ended = Container { state: ContainerState::Exited, ..compose_container("shop", "api", 1) };
        let looping = Container { state: ContainerState::Restarting, ..compose_container("shop", "db", 1) };
        let both = [&ended, &looping];
        let mut attend = |seconds| {
            let due = store.attend(both.into_iter(), now() + SignedDuration::from_secs(seconds));
            [&ended, &looping].map(|container| due.contains(&container.id))
        };
        assert_eq!(attend(0), [true, true]);
        assert_eq!(attend(5), [false, false]);
        assert_eq!(attend(10), [false, true]);
        assert!(store.apply(&ended.id, vec![log_line(&ended.id, now(), "fatal")]));
        assert!(store.attend(std::iter::once(&looping), now()).len() <= 1);
        assert!(store.iter().all(|(id, _)| *id == looping.id), "mended ones are forgotten");
        assert!(!store.apply(&ended.id, Vec::new()));
    }
}
