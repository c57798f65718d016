//! The keys of the focused pane, as the command table has them.

use crate::app::command::Scope;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// For whose keys.
    pub scope: Scope,
    /// The first row shown.
    pub scroll: usize,
}
