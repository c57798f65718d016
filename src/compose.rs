//! The `compose` room; see the crate's documentation.
