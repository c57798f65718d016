//! How a stack stands with its backups: when the last good one was taken, and since when another one is due.

use super::{BackupEntry, OffsiteStanding, ProofFailure};
use crate::domain::Fault;
use jiff::{SignedDuration, Timestamp};

/// A backup that is due may wait for a deployment, fail and be tried again, and take its time.
const SLACK: SignedDuration = SignedDuration::from_hours(2);

/// What lies in the directory of the backups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backups {
    /// The finished ones, the newest first.
    pub entries: Vec<BackupEntry>,
    /// One for each bundle that cannot be relied on.
    pub damaged: Vec<Fault>,
    /// Of each stack that has something to back up.
    pub standings: Vec<BackupStanding>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupStanding {
    pub project: String,
    /// When the newest one was taken of which nothing bad is known.
    pub last_good: Option<Timestamp>,
    /// What is wrong with the newest one, where it is not the last good one.
    pub bad: Option<ProofFailure>,
    /// As `x-mcp.backup.schedule` has it, or the default.
    pub schedule: String,
    /// When the next one was due after the last good one, or after the stack was made where there is none. `None` where
    /// none is wanted by itself, and of a stack that is not deployed.
    pub due: Option<Timestamp>,
    /// Why the schedule cannot be read.
    pub wrong: Option<String>,
    /// Of one whose backups are to be copied off site.
    pub offsite: Option<OffsiteStanding>,
}

impl BackupStanding {
    /// Whether a backup should long have been taken and was not.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| now.duration_since(due) >= SLACK)
    }

    /// Whether the newest backup should be off site and is not: copying it failed, or nobody has tried.
    pub fn lacks_copy(&self, now: Timestamp) -> bool {
        let lack = self.offsite.as_ref().and_then(|offsite| offsite.lacking.as_ref());
        lack.is_some_and(|lack| lack.failed.is_some() || now.duration_since(lack.created) >= SLACK)
    }
}
