//! Whether a task that is under way is to end.

use crate::domain::TaskId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    pub id: TaskId,
    /// `up mcp`
    pub what: String,
}
