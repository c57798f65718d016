//! Under which terms a task is carried out.

use super::TaskId;
use serde::{Deserialize, Serialize};

/// Beside what is asked for. A specification that an earlier version wrote has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskTerms {
    /// The task that did not get to its end and that this one goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues: Option<TaskId>,
    /// How long it waits while another operation holds the stack; without it, not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_lock: Option<LockWait>,
    /// An address that is told of the end, however it ends, beside those of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockWait {
    AsLongAsItTakes,
    Seconds(u64),
}
