//! The `task` room; see the crate's documentation.
