//! The `view` room; see the crate's documentation.
