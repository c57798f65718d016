//! What `update` is asked for.

use super::UpOptions;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// One replica after the other.
    #[default]
    Rolling,
    /// All new ones beside all old ones, and then the requests from these to those.
    BlueGreen,
}

/// When the old containers of a blue-green update go for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acceptance {
    /// Once somebody accepts what has taken their place.
    #[default]
    ByOperator,
    /// Once the new ones were watched for as long as the files ask for.
    Watched,
    /// Once the new ones were watched for so long.
    WatchedFor(Duration),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateOptions {
    /// Empty: all that have containers.
    pub services: Vec<String>,
    pub strategy: Strategy,
    /// Rolling updates need none: they end when the last new container has proven itself.
    pub acceptance: Acceptance,
    /// `missing`, `always`, `never` …, instead of what the files say.
    pub pull: Option<String>,
    /// Build what can be built, even if it is there.
    pub build: bool,
    /// Go on although a check before the deploy fails.
    pub no_preflight: bool,
}

impl Strategy {
    pub fn word(self) -> &'static str {
        match self {
            Self::Rolling => "rolling",
            Self::BlueGreen => "blue-green",
        }
    }
}

impl UpdateOptions {
    /// Whether the old containers are kept, stopped, until somebody accepts the new ones.
    pub fn keeps_old(&self) -> bool {
        self.strategy == Strategy::BlueGreen && self.acceptance == Acceptance::ByOperator
    }

    /// How images are provided for it.
    pub fn provision(&self) -> UpOptions {
        UpOptions {
            services: self.services.clone(),
            pull: self.pull.clone(),
            build: self.build,
            ..UpOptions::default()
        }
    }
}
