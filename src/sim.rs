//! The `sim` room; see the crate's documentation.
