//! What is saved of a stack, for how long it is kept, and what a finished backup tells of itself.

use super::{OffsiteCopy, OffsitePlace};
use crate::domain::units;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `x-mcp.backup`, or what is derived from images and volumes when nothing is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupSource {
    /// Without a database all of the server are saved; with or without, the server's roles.
    Postgres {
        service: String,
        database: Option<String>,
        user: Option<String>,
    },
    Redis {
        service: String,
    },
    /// A named volume, by its name in the Engine.
    Volume {
        name: String,
        /// Its key in the file; none of a volume that the file does not have.
        #[serde(default)]
        key: Option<String>,
    },
    /// A file or a directory of the Engine's host, which containers see at `target`.
    Bind {
        path: String,
        service: Option<String>,
        target: Option<String>,
    },
    /// A file or a directory of the Engine's host that no container need see.
    Files {
        path: String,
    },
    /// What a command in a service's container writes to its output.
    Exec {
        service: String,
        command: Vec<String>,
        /// What the part is called in the bundle, below `exec/`.
        path: String,
    },
}

/// For how long backups are kept, and what else is done by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackupPolicy {
    pub retention: Retention,
    /// Whether a successful backup is followed by the pruning of what is too old.
    pub prune: bool,
    /// Whether a backup is read again and checked with the tools of its services before it counts.
    pub verify: bool,
    /// As it is written; `None` where nothing is said.
    pub schedule: Option<String>,
    /// Files of more bytes than these lie beside the backups, once for all that hold the same; `None` for no file.
    pub objects_over: Option<u64>,
    /// Public keys of those who alone can read the backups, as they are written; anybody can where none stands here.
    pub encrypt: Vec<String>,
    /// Where each backup is copied to as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offsite: Option<OffsitePlace>,
}

impl BackupPolicy {
    pub const OBJECTS_OVER: u64 = 64 << 20;
}

impl Default for BackupPolicy {
    fn default() -> Self {
        Self {
            retention: Retention::default(),
            prune: true,
            verify: false,
            schedule: None,
            objects_over: Some(Self::OBJECTS_OVER),
            encrypt: Vec::new(),
            offsite: None,
        }
    }
}

/// A backup is kept when any of these wants it. Nothing said at all means seven days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// The newest so many.
    pub keep_last: Option<u32>,
    /// All that are not older than so many days.
    pub keep_days: Option<u32>,
    /// The newest one of each of the last so many days, weeks and months that have one.
    pub daily: Option<u32>,
    pub weekly: Option<u32>,
    pub monthly: Option<u32>,
}

impl Retention {
    pub const DEFAULT_DAYS: u32 = 7;

    pub fn says_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// One finished backup, as its manifest tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupEntry {
    pub name: String,
    pub stack: String,
    pub created: Timestamp,
    /// All that it takes to put it back: its parts, and what it shares with others.
    pub size_bytes: u64,
    pub parts: Vec<BackupPart>,
    /// Files that lie beside the bundle, each once; other backups of the stack may refer to the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<BackupPart>,
    pub directory: PathBuf,
    /// No pruning and no removal takes it.
    #[serde(default)]
    pub pinned: bool,
    /// A restore took it of what it was about to replace, so that it stands for no date.
    #[serde(default)]
    pub safety: bool,
    #[serde(default)]
    pub proof: Proof,
    /// It was restored, and what was there before is kept: offered until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_side_until: Option<Timestamp>,
    /// What is known of its copy; nothing where none was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offsite: Option<OffsiteCopy>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Relative to the bundle: `postgres/mlflow.dump.zst`.
    pub path: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// What backups take on the disk, in bytes: what several of a stack share lies there once.
pub fn bytes_on_disk<'list>(entries: impl IntoIterator<Item = &'list BackupEntry>) -> u64 {
    let (mut own, mut shared) = (0, BTreeMap::new());
    for entry in entries {
        own += entry.parts.iter().map(|part| part.bytes).sum::<u64>();
        shared.extend(entry.objects.iter().map(|object| ((&entry.stack, &object.path), object.bytes)));
    }
    own + shared.values().sum::<u64>()
}

/// How far a backup has been proven, from the least to the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofLevel {
    /// Every tool that wrote a part ended well, and each part begins as one of its kind.
    #[default]
    Taken,
    /// Read again: every byte is the one that was written, and nothing is missing or was added.
    Intact,
    /// The services' own tools read the whole of it.
    Readable,
    /// Restored into throw-away containers, where it holds what it held when it was taken.
    Restored,
}

impl ProofLevel {
    pub fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Intact => "intact",
            Self::Readable => "readable",
            Self::Restored => "proven",
        }
    }
}

/// What was found out about a backup since it was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Proof {
    pub level: ProofLevel,
    /// When it was read last and nothing was wrong.
    pub checked: Option<Timestamp>,
    pub proven: Option<Recovery>,
    /// What kept the stack's services from running on what came back, when that was tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_run: Option<ProofFailure>,
    /// What was wrong when it was looked at last; it counts as no good backup then.
    pub failed: Option<ProofFailure>,
    /// How deep was looked when that was found: whoever looks less deep cannot say that it is mended.
    pub failed_level: ProofLevel,
}

/// A rehearsed restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    pub at: Timestamp,
    /// From the first container to the last comparison, and to the last check of the services that were started.
    pub took_ms: u64,
    /// The services that were started on what came back, and answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofFailure {
    pub at: Timestamp,
    pub what: String,
}

impl Proof {
    /// It was looked at so deep, and nothing was wrong.
    pub fn pass(&mut self, level: ProofLevel, now: Timestamp) {
        self.level = self.level.max(level);
        self.checked = Some(now);
        if level >= self.failed_level {
            self.failed = None;
            self.failed_level = ProofLevel::default();
        }
    }

    /// It was restored and is what was taken, and the stack's services do not run on it.
    pub fn came_back_without_services(&mut self, what: String, now: Timestamp) {
        self.pass(ProofLevel::Readable, now);
        self.not_run = Some(ProofFailure { at: now, what });
    }

    /// It was looked at so deep, and this was wrong.
    pub fn fail(&mut self, level: ProofLevel, what: String, now: Timestamp) {
        self.failed = Some(ProofFailure { at: now, what });
        self.failed_level = self.failed_level.max(level);
    }

    /// `proven 3d ago, 48s`, `readable 2h ago`, `taken`.
    pub fn words(&self, now: Timestamp) -> String {
        let ago = |at: Timestamp| units::duration(units::since(at, now));
        match (self, self.level) {
            (Self { failed: Some(failure), .. }, _) => format!("bad, seen {} ago", ago(failure.at)),
            (Self { not_run: Some(failure), .. }, _) => format!("no start on it, {} ago", ago(failure.at)),
            (Self { proven: Some(proven), .. }, ProofLevel::Restored) => {
                let took = units::duration(std::time::Duration::from_millis(proven.took_ms));
                format!("{} {} ago, {took}", ProofLevel::Restored.word(), ago(proven.at))
            }
            (Self { checked: Some(checked), .. }, level) => format!("{} {} ago", level.word(), ago(*checked)),
            (_, level) => level.word().to_owned(),
        }
    }

    /// Read again after it was taken, and found good since.
    pub fn is_verified(&self) -> bool {
        self.failed.is_none() && self.level >= ProofLevel::Intact
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::sums_say_nothing_of_what_tools_found(ProofLevel::Readable, ProofLevel::Intact, true)]
    #[case::tools_say_nothing_of_a_restore(ProofLevel::Restored, ProofLevel::Readable, true)]
    #[case::as_deep(ProofLevel::Readable, ProofLevel::Readable, false)]
    #[case::deeper(ProofLevel::Intact, ProofLevel::Restored, false)]
    fn what_was_found_bad_is_good_again_only_by_as_deep_a_look(
        #[case] failed: ProofLevel,
        #[case] passed: ProofLevel,
        #[case] is_bad: bool,
    ) {
        let mut proof = Proof::default();
        proof.fail(failed, "pg_restore does not take it".to_owned(), Timestamp::UNIX_EPOCH);
        proof.pass(passed, Timestamp::UNIX_EPOCH);
        assert_eq!(proof.failed.is_some(), is_bad);
        assert_eq!(proof.is_verified(), !is_bad);
    }

    #[test]
    fn a_byte_that_is_wrong_as_well_does_not_make_the_deeper_failure_less() {
        let mut proof = Proof::default();
        proof.fail(ProofLevel::Restored, "a table is gone".to_owned(), Timestamp::UNIX_EPOCH);
        proof.fail(ProofLevel::Intact, "a sum".to_owned(), Timestamp::UNIX_EPOCH);
        proof.pass(ProofLevel::Readable, Timestamp::UNIX_EPOCH);
        assert!(proof.failed.is_some());
    }
}
