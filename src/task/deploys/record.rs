//! One deploy, as it is kept.

use crate::domain::{StackRef, TaskId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Under way, or its worker died.
    Unfinished,
    Good,
    /// It failed, and what ran before it may run again, or not, or in part.
    Failed,
    /// It failed, or was taken back, and all of what ran before it runs again.
    WentBack,
    /// It serves, and what ran before it is kept until somebody accepts it.
    Waiting,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deploy {
    pub number: u64,
    /// `up`, `update`, `rollback`.
    pub operation: String,
    /// The deploy that it went back to.
    #[serde(default)]
    pub back_to: Option<u64>,
    pub task: TaskId,
    pub who: String,
    pub from: Option<String>,
    pub at: Timestamp,
    pub outcome: Outcome,
    /// When it came to that.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    pub stack: StackRef,
    /// By service.
    pub images: BTreeMap<String, DeployedImage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedImage {
    /// As the file names it.
    pub reference: String,
    pub id: String,
    /// Under which registries know it: `repo@sha256:…`.
    pub digests: Vec<String>,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Good => "good",
            Self::Failed => "failed",
            Self::WentBack => "went back",
            Self::Waiting => "waits to be accepted",
        }
    }
}

/// What is older than the last so many good versions, and what repeats one beyond as many deploys. `all` are the newest
/// first.
pub fn superfluous(all: &[Deploy], kept: usize, are_same: impl Fn(&Deploy, &Deploy) -> bool) -> Vec<Deploy> {
    let mut superfluous = Vec::new();
    let mut newer: Option<&Deploy> = None;
    let (mut good, mut versions) = (0, 0);
    for deploy in all {
        let is_good = deploy.outcome == Outcome::Good;
        let repeats = is_good && newer.is_some_and(|newer| are_same(newer, deploy));
        if (repeats && good >= kept) || (!repeats && versions >= kept) {
            superfluous.push(deploy.clone());
        }
        if is_good {
            newer = Some(deploy);
            good += 1;
            versions += usize::from(!repeats);
        }
    }
    superfluous
}
