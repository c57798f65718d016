//! What happens, and when.

use super::{Line, Span, one};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Counted from the beginning of the story.
    pub at: Span,
    /// Happens again and again at this interval.
    pub every: Option<Span>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Counted from the incident's own time.
    #[serde(default)]
    pub after: Span,
    #[serde(flatten)]
    pub deed: Deed,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    LoseGpu {
        index: u32,
        message: String,
        /// What the driver reports of it.
        xid: Option<u64>,
    },
    RestoreGpu {
        index: u32,
    },
    Log {
        on: Target,
        lines: Vec<Line>,
    },
    Die {
        on: Target,
        code: i64,
        #[serde(default)]
        out_of_memory: bool,
        back_after: Option<Span>,
    },
    Unhealthy {
        on: Target,
        output: String,
    },
    Healthy {
        on: Target,
    },
    Stop {
        on: Target,
    },
    Start {
        on: Target,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub project: String,
    pub service: String,
    #[serde(default = "one")]
    pub number: u32,
}
