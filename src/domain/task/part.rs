//! What a step is made of while it runs.

use serde::{Deserialize, Serialize};

/// A layer of an image on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPart {
    pub name: String,
    /// `downloading`
    pub state: String,
    /// Nothing more will happen to it.
    pub over: bool,
    /// In bytes.
    pub done: Option<u64>,
    pub total: Option<u64>,
}
