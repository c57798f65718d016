//! Whether the records of tasks that ended a while ago are to go.

use std::time::Duration;

/// As old as that they are of no use any more.
pub const OLD: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forget {
    /// Of those that the pane lists, so many are that old.
    pub listed: usize,
}
