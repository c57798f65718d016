//! The `runtime` room; see the crate's documentation.
