//! When which container is asked of the daemon, to whom each answer costs some milliseconds. Pure.

use crate::domain::ContainerId;
use crate::domain::figures::FigureSource;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// A processor's figure is a difference: the second question comes soon after the first.
const SECOND: Duration = Duration::from_secs(1);
/// What nobody sees is asked this many times more seldom,
const UNSEEN: u32 = 2;
/// and only so many in one round, so that a large server is spared: their figures then age, and are not shown as new.
const UNSEEN_PER_ROUND: usize = 8;
/// Of those that have no full figures yet there are more in a round.
const NEW_PER_ROUND: usize = 24;

#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    asked: HashMap<ContainerId, Asked>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    at: Instant,
    times: u32,
}

impl Schedule {
    pub(super) fn new(interval: Option<Duration>) -> Self {
        Self { interval: interval.unwrap_or(FigureSource::StatsApi.interval()), asked: HashMap::new() }
    }

    /// How long it is from one round to the next.
    pub(super) fn round(&self) -> Duration {
        SECOND.min(self.interval)
    }

    /// Who is to be asked in a round at `now`: all that are seen and due, then the longest unasked of the others.
    pub(super) fn due(
        &mut self,
        running: &[ContainerId],
        seen: &[ContainerId],
        now: Instant,
    ) -> Vec<ContainerId> {
        let seen: HashSet<&ContainerId> = seen.iter().collect();
        let present: HashSet<&ContainerId> = running.iter().collect();
        self.asked.retain(|id, _| present.contains(id));
        let (mut due, mut others) = (Vec::new(), Vec::new());
        for id in running {
            let is_seen = seen.contains(id);
            let asked = self.asked.get(id).copied();
            if asked.is_none_or(|asked| now >= asked.at + self.pause(asked, is_seen)) {
                if is_seen {
                    due.push(id.clone());
                } else {
                    let is_known = asked.is_some_and(|asked| asked.times > 1);
                    others.push((is_known, asked.map(|asked| asked.at), id));
                }
            }
        }
        others.sort();
        let new = others.iter().take_while(|(is_known, ..)| !is_known).count();
        let room = UNSEEN_PER_ROUND.max(new.min(NEW_PER_ROUND));
        due.extend(others.into_iter().take(room).map(|(_, _, id)| id.clone()));
        for id in &due {
            let times = self.asked.get(id).map_or(0, |asked| asked.times);
            self.asked.insert(id.clone(), Asked { at: now, times: times.saturating_add(1) });
        }
        due
    }

    fn pause(&self, asked: Asked, is_seen: bool) -> Duration {
        match (is_seen, asked.times) {
            (_, 1) => self.round(),
            (true, _) => self.interval,
            (false, _) => self.interval * UNSEEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<usize>) -> Vec<ContainerId> {
        range.map(|number| ContainerId(format!("{number:03}"))).collect()
    }

    /// How often each is asked in so many rounds of a second.
    fn counts(running: &[ContainerId], seen: &[ContainerId], rounds: u64) -> HashMap<ContainerId, usize> {
        let mut schedule = Schedule::new(None);
        let start = Instant::now();
        let mut counts = HashMap::new();
        for round in 0..rounds {
            for id in schedule.due(running, seen, start + Duration::from_secs(round)) {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts
    }

    #[test]
    fn what_is_seen_is_asked_twice_at_once_and_then_every_five_seconds() {
        let mut schedule = Schedule::new(None);
        let running = ids(0..1);
        let start = Instant::now();
        let due = (0..20).filter(|second| {
            !schedule.due(&running, &running, start + Duration::from_secs(*second)).is_empty()
        });
        assert_eq!(due.collect::<Vec<_>>(), [0, 1, 6, 11, 16]);
    }

    #[test]
    fn what_is_not_seen_is_asked_more_seldom_but_in_turn() {
        let running = ids(0..100);
        let seen = ids(0..20);
        let counts = counts(&running, &seen, 60);
        assert!(seen.iter().all(|id| counts[id] >= 12), "{counts:?}");
        let unseen: Vec<usize> = running[20..].iter().map(|id| counts[id]).collect();
        assert!(unseen.iter().all(|count| (6..=7).contains(count)), "{unseen:?}");
    }

    #[test]
    fn a_round_is_bounded_on_a_large_server_and_nobody_starves() {
        let running = ids(0..400);
        let mut schedule = Schedule::new(None);
        let start = Instant::now();
        let mut asked = HashSet::new();
        for round in 0..50 {
            let due = schedule.due(&running, &[], start + Duration::from_secs(round));
            assert!(due.len() <= NEW_PER_ROUND);
            asked.extend(due);
        }
        assert_eq!(asked.len(), 400);
    }

    #[test]
    fn what_comes_into_sight_is_asked_in_the_next_round_and_what_is_gone_is_forgotten() {
        let running = ids(0..50);
        let mut schedule = Schedule::new(None);
        let start = Instant::now();
        for round in 0..10 {
            schedule.due(&running, &ids(0..10), start + Duration::from_secs(round));
        }
        let shown = ids(40..41);
        let due = schedule.due(&running, &shown, start + Duration::from_secs(16));
        assert_eq!(due[0], shown[0]);
        assert_eq!(schedule.due(&[], &shown, start + Duration::from_secs(17)), []);
        assert!(schedule.asked.is_empty());
    }
}
