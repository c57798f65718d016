//! What Docker takes of the disk, as of the last query. To answer one, the daemon looks at every file that it keeps.

use crate::domain::Fault;
use crate::domain::disk_use::{DockerDisk, LogSize};
use jiff::{SignedDuration, Timestamp};

/// The daemon is not asked again sooner.
const APART: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct DockerDiskStore {
    asked: Option<Timestamp>,
    told: Option<(Timestamp, DiskAnswer)>,
    fault: Option<Fault>,
}

/// What came of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskAnswer {
    pub disk: DockerDisk,
    /// The largest first; `None` where the daemon's files are not this host's, or not for us to see.
    pub logs: Option<Vec<LogSize>>,
}

impl DockerDiskStore {
    /// Whether it is time to ask.
    pub(in crate::app) fn ask(&mut self, now: Timestamp) -> bool {
        let due = self.asked.is_none_or(|asked| now.duration_since(asked).abs() >= APART);
        if due {
            self.asked = Some(now);
        }
        due
    }

    /// A failure keeps what was known, and whoever wants to know may ask again.
    pub fn apply(&mut self, result: Result<DiskAnswer, Fault>, now: Timestamp) {
        match result {
            Ok(answer) => (self.told, self.fault) = (Some((now, answer)), None),
            Err(fault) => (self.asked, self.fault) = (None, Some(fault)),
        }
    }

    /// Whether an answer is awaited, or was given.
    pub fn was_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// And when it was told.
    pub fn told(&self) -> Option<(Timestamp, &DiskAnswer)> {
        self.told.as_ref().map(|(time, answer)| (*time, answer))
    }

    /// Why there is no answer, or no newer one.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::now;
    use crate::domain::FaultKind;

    #[test]
    fn the_daemon_is_asked_once_in_a_minute_and_again_after_a_failure() {
        let mut store = DockerDiskStore::default();
        let at = |seconds| now() + SignedDuration::from_secs(seconds);
        assert!(store.ask(at(0)));
        assert!(!store.ask(at(1)), "it has not answered yet");
        store.apply(Ok(DiskAnswer { disk: DockerDisk::default(), logs: None }), at(9));
        assert!(!store.ask(at(59)));
        assert!(store.ask(at(60)));
        store.apply(Err(Fault::new(FaultKind::Timeout, "ask", "")), at(61));
        assert_eq!(store.told().map(|(time, _)| time), Some(at(9)), "what was known stays");
        assert!(store.fault().is_some() && store.ask(at(62)));
    }
}
