//! Pane 2: the GPUs.

use super::List;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpusPane {
    /// Device indices.
    pub list: List<u32>,
}
