//! The `cli` room; see the crate's documentation.
