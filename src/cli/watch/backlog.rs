//! What is still to be done about changes, service by service.
//!
//! There is one job for a service, into which newer changes go: so nothing overtakes anything, and what has failed for a
//! reason that passes is done together with what came after it.

use crate::compose::watch::Job;
use crate::domain::{ContainerId, Fault, FaultKind};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The pause after the first failure; each further one doubles it.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);

#[derive(Debug, Default)]
pub struct Backlog {
    services: Vec<Owed>,
}

/// What one service has not got yet.
#[derive(Debug)]
pub struct Owed {
    /// What none of its containers has got.
    pub job: Job,
    /// What single containers have not got, which is older.
    pub containers: BTreeMap<ContainerId, Job>,
    /// How often it has failed.
    pub failures: u32,
    due: Instant,
    told: Option<FaultKind>,
}

impl Backlog {
    /// A newer change is tried at once, whatever failed before.
    pub fn add(&mut self, job: Job, now: Instant) {
        if let Some(owed) = self.services.iter_mut().find(|owed| owed.job.service == job.service) {
            owed.due = now;
            owed.job = std::mem::take(&mut owed.job).and(job);
            if owed.job.rebuild {
                owed.containers.clear();
            }
        } else {
            self.services.push(Owed { job, containers: BTreeMap::new(), failures: 0, due: now, told: None });
        }
    }

    /// When something is to be tried; `None` while nothing is left.
    pub fn due(&self) -> Option<Instant> {
        self.services.iter().map(|owed| owed.due).min()
    }

    /// The next service whose turn it is.
    pub fn take(&mut self, now: Instant) -> Option<Owed> {
        let at = self.services.iter().position(|owed| owed.due <= now)?;
        Some(self.services.remove(at))
    }

    /// Keeps what failed until its pause is over. Whether the failure is news: the same is not told at every try.
    pub fn put_back(&mut self, mut owed: Owed, fault: &Fault, now: Instant) -> bool {
        owed.due = now + SHORTEST.saturating_mul(1 << owed.failures.min(16)).min(LONGEST);
        owed.failures += 1;
        let news = owed.told.replace(fault.kind) != Some(fault.kind);
        self.services.push(owed);
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(service: &str, file: &str) -> Job {
        let files = [(format!("/srv/{file}"), file.into())].into();
        Job { service: service.to_owned(), files, ..Job::default() }
    }

    fn away() -> Fault {
        Fault::new(FaultKind::Unreachable, "list", "containers")
    }

    #[test]
    fn what_failed_is_tried_again_after_growing_pauses_and_told_once() {
        let mut backlog = Backlog::default();
        let mut now = Instant::now();
        assert_eq!(backlog.due(), None);
        backlog.add(job("web", "a"), now);
        let mut news = Vec::new();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let owed = backlog.take(now).expect("its turn");
            assert_eq!(owed.job, job("web", "a"));
            news.push(backlog.put_back(owed, &away(), now));
            assert!(backlog.take(now).is_none(), "not before its pause is over");
            let due = backlog.due().expect("it is not forgotten");
            pauses.push((due - now).as_millis());
            now = due;
        }
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
        assert_eq!(news, [true, false, false, false, false, false, false, false]);
        let owed = backlog.take(now).expect("its turn");
        let other = Fault::new(FaultKind::Conflict, "synchronise", "web-1");
        assert!(backlog.put_back(owed, &other, now), "another reason is news");
    }

    #[test]
    fn newer_changes_go_with_what_failed_and_at_once() {
        let mut backlog = Backlog::default();
        let now = Instant::now();
        backlog.add(job("web", "a"), now);
        let owed = backlog.take(now).expect("its turn");
        backlog.put_back(owed, &away(), now);
        backlog.add(job("worker", "x"), now);
        assert_eq!(backlog.take(now).expect("the other service does not wait").job, job("worker", "x"));
        backlog.add(job("web", "b"), now);
        let owed = backlog.take(now).expect("it is tried at once");
        assert_eq!(owed.job, job("web", "a").and(job("web", "b")));
        assert_eq!(backlog.due(), None);
    }

    #[test]
    fn a_rebuild_owes_the_containers_nothing_more() {
        let mut backlog = Backlog::default();
        let now = Instant::now();
        backlog.add(job("web", "a"), now);
        let mut owed = backlog.take(now).expect("its turn");
        owed.containers.insert(ContainerId("1".to_owned()), job("web", "a"));
        backlog.put_back(owed, &away(), now);
        backlog.add(Job { service: "web".to_owned(), rebuild: true, ..Job::default() }, now);
        let owed = backlog.take(now).expect("its turn");
        assert!(owed.job.rebuild && owed.job.files.is_empty() && owed.containers.is_empty());
    }
}
