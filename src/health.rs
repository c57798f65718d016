//! The `health` room; see the crate's documentation.
