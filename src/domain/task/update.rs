//! What `update` is asked for.

use super::UpOptions;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// One replica after the other.
    #[default]
    Rolling,
    /// All new ones beside all old ones, and then the requests from these to those.
    BlueGreen,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateOptions {
    /// Empty: all that have containers.
    pub services: Vec<String>,
    pub strategy: Strategy,
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
