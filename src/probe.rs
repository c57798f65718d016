//! The `probe` room; see the crate's documentation.
